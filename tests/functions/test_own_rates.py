"""An API key may have a rate of its own: every function that counts a caller's requests goes by it."""

from types import ModuleType

import pytest

from functions.check_account import app as check_account
from functions.create_upload import app as create_upload
from functions.estimate_job import app as estimate_job
from functions.get_usage import app as get_usage
from functions.put_schedule import app as put_schedule
from functions.render_preset import app as render_preset
from functions.submit_batch import app as submit_batch
from functions.submit_job import app as submit_job
from tests.conftest import Cloud
from tests.functions.conftest import Answer, call, http_event
from tests.template.stack import FUNCTIONS, verbs

COUNTING = {
    "check_account": (check_account, "GET", "/api/account"),
    "create_upload": (create_upload, "POST", "/api/uploads"),
    "estimate_job": (estimate_job, "POST", "/api/images/estimate"),
    "get_usage": (get_usage, "GET", "/api/usage"),
    "put_schedule": (put_schedule, "PUT", "/api/schedules/leaf"),
    "render_preset": (render_preset, "POST", "/api/presets/quote-card/render"),
    "submit_batch": (submit_batch, "POST", "/api/batches"),
    "submit_job": (submit_job, "POST", "/api/images/generate"),
}


def ask(asked: tuple[ModuleType, str, str], rate: str | None) -> Answer:
    app, method, path = asked
    return call(app, http_event(method, path, rate=rate))


def test_these_are_all_that_count() -> None:
    counting = {verb for verb in verbs() if "plantain.http.counted" in (FUNCTIONS / verb / "app.py").read_text()}

    assert counting == set(COUNTING)


@pytest.mark.parametrize("verb", COUNTING)
def test_the_rate_of_a_key_wins_over_the_stacks(cloud: Cloud, settings: pytest.MonkeyPatch, verb: str) -> None:
    settings.setenv("CALLER_RATE_PER_MINUTE", "2")
    settings.setattr("plantain.pace.caller_rate.time.time", lambda: 1_800_000_015.0)
    ask(COUNTING[verb], None)

    over_its_own, as_before = ask(COUNTING[verb], "1"), ask(COUNTING[verb], None)

    assert over_its_own.status == 429
    assert over_its_own.headers["ratelimit-policy"] == '"caller";q=1;w=60'
    assert as_before.status != 429
    assert ask(COUNTING[verb], None).status == 429
    assert ask(COUNTING[verb], "0").status != 429
