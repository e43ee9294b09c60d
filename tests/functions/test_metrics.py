"""What is counted in the log: each end once, by state and code, with what it took and cost."""

import json
from types import ModuleType
from typing import Any

import pytest

from functions.check_status import app as check_status
from functions.store_image import app as store_image
from plantain.errors import JobEnded
from plantain.job import Failure, Job, StoredImage
from plantain.jobs.reservations import reservations
from plantain.jobs.table import jobs
from plantain.task import Succeeded
from tests.builders import KIE_TASK_ID, RESULT_URL, a_job, kie_says, record
from tests.conftest import Cloud
from tests.functions.conftest import LambdaContext

DRAWN = Succeeded((RESULT_URL,), 12_000, 18.0)
IMAGE = StoredImage("images/a.png", "image/png", 3, "abc", 2048, 1152)

UNITS = {"JobsEnded": "Count", "Credits": "Count", "PollsPerJob": "Count", "SecondsToImage": "Seconds"}


@pytest.fixture
def job(cloud: Cloud) -> Job:
    return reservations().reserve(a_job()).job


def run(step: ModuleType, message: dict[str, Any]) -> Any:
    return step.handler(message, LambdaContext())


def measured(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """The lines that CloudWatch reads as metrics, each reduced to what it counts and by what."""
    found = []
    for line in capsys.readouterr().out.splitlines():
        if '"_aws"' in line:
            written = json.loads(line)
            (directive,) = written["_aws"]["CloudWatchMetrics"]
            assert directive["Namespace"] == "Plantain"
            assert {metric["Name"]: metric["Unit"] for metric in directive["Metrics"]}.items() <= UNITS.items()
            names = [metric["Name"] for metric in directive["Metrics"]] + directive["Dimensions"][0]
            found.append({name: written[name] for name in names if name != "service"})
    return found


def test_a_success_is_counted_with_its_time_and_price(job: Job, capsys: pytest.CaptureFixture[str]) -> None:
    jobs().note_result(job, DRAWN)

    jobs().succeed(job, [IMAGE])

    ended = jobs().get(job.task_id)
    assert ended.ended_at is not None
    seconds = (ended.ended_at - ended.created_at) / 1000
    assert measured(capsys) == [
        {"JobsEnded": [1.0], "state": "success", "code": "none"},
        {"Credits": [18.0], "SecondsToImage": [seconds]},
    ]


@pytest.mark.parametrize(("charged", "credits", "counted"), [("no", None, 0.0), ("yes", 18.0, 18.0)])
def test_a_failure_is_counted_by_its_code_and_costs_what_was_charged(
    job: Job, capsys: pytest.CaptureFixture[str], charged: Any, credits: float | None, counted: float
) -> None:
    jobs().fail(job.task_id, Failure("content-policy", "flagged", charged), credits=credits)

    assert measured(capsys) == [
        {"JobsEnded": [1.0], "state": "fail", "code": "content-policy"},
        {"Credits": [counted]},
    ]


def test_an_end_that_comes_second_is_not_counted(job: Job, capsys: pytest.CaptureFixture[str]) -> None:
    jobs().fail(job.task_id, Failure("aborted", "stopped", "no"))
    capsys.readouterr()

    with pytest.raises(JobEnded):
        jobs().fail(job.task_id, Failure("aborted", "stopped", "no"))

    assert measured(capsys) == []


@pytest.mark.parametrize(
    ("answer", "counted"), [(record("generating"), []), (record("fail"), [{"PollsPerJob": [5.0]}])]
)
def test_polls_are_counted_when_the_outcome_is_known(
    job: Job, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], answer: Any, counted: list[Any]
) -> None:
    jobs().accept(job, KIE_TASK_ID)
    kie, _ = kie_says(answer)
    monkeypatch.setattr(check_status, "kie", lambda: kie)

    message = {"taskId": job.task_id, "kieTaskId": KIE_TASK_ID, "rings": False, "looks": 4, "blanks": 0}
    run(check_status, message)

    assert [line for line in measured(capsys) if "PollsPerJob" in line] == counted


def test_a_step_that_finds_the_job_stored_counts_nothing(job: Job, capsys: pytest.CaptureFixture[str]) -> None:
    jobs().note_result(job, DRAWN)
    jobs().succeed(job, [IMAGE])
    capsys.readouterr()

    run(store_image, {"taskId": job.task_id})

    assert measured(capsys) == []
