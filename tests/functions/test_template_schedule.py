"""The schedule that the template keeps."""

import pytest

from tests.conftest import Cloud
from tests.functions.conftest import Started
from tests.functions.scheduling import FILE, drop, group, listed, made, run, runs_of, shown

__all__ = ["group"]  # fixtures


def test_the_templates_schedule_is_shown_and_runs(
    cloud: Cloud, started: Started, settings: pytest.MonkeyPatch
) -> None:
    settings.setenv("SCHEDULED_EXPRESSION", "cron(0 9 ? * MON *)")
    settings.setenv("SCHEDULED_TIMEZONE", "Europe/Berlin")
    settings.setenv("SCHEDULED_REQUEST", '{"prompt": "From git, $date", "resolution": "1K"}')

    found = shown("template").json
    assert (found["keptBy"], found["cron"], len(found["nextRuns"])) == ("template", "0 9 ? * MON *", 5)
    assert listed() == ["template"]
    assert run(name="template") == run(name="template") == "done"
    (job,) = made(started)
    assert (job.request.prompt, job.caller) == ("From git, 2026-11-30", "schedules/template")
    assert len(runs_of("template").json["runs"]) == 1


def test_a_bad_request_of_the_template_shows_when_it_runs(
    cloud: Cloud, started: Started, settings: pytest.MonkeyPatch
) -> None:
    settings.setenv("SCHEDULED_EXPRESSION", "rate(1 day)")
    settings.setenv("SCHEDULED_REQUEST", "{no json}")

    assert shown("template").json["nextRuns"] == []
    assert run(name="template") == "done"
    assert "needs a prompt" in runs_of("template").json["runs"][0]["problems"][0]


def test_a_request_may_be_content_with_an_image_of_an_earlier_run(cloud: Cloud, started: Started) -> None:
    drop(cloud, FILE + "cache = true\ncount = 2\n")

    run()

    assert [(job.request.cache, job.copy) for job in made(started)] == [(True, 1), (True, 2)]
