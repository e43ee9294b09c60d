"""What a person is told of errors that no stub can be made to cause in a moment."""

from typing import Literal

import pytest

from plantain_client import ApiError, NotPlantain, PlantainError, StorageRefused, TaskFailed, TransportFailed
from plantain_client.cli.advice import trouble_of
from plantain_client.task import Charged


def lost(arrived: Literal["no", "maybe"], charged: Charged, key: str | None, task_id: str | None) -> PlantainError:
    error = TransportFailed("No answer", arrived=arrived, charged=charged)
    error.idempotency_key, error.task_id = key, task_id
    return error


def unread(charged: Charged, key: str | None) -> PlantainError:
    error = NotPlantain("What answered is not Plantain", status=202, charged=charged)
    error.idempotency_key = key
    return error


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (lost("maybe", "unknown", "order-4711", None), "--idempotency-key order-4711"),
        (lost("no", "no", "order-4711", None), "Check the network"),
        (lost("maybe", "no", None, None), "Check the network"),
        (lost("maybe", "no", None, "task-1"), "plantain download task-1"),
        (unread("unknown", "order-4711"), "--idempotency-key order-4711"),
        (unread("unknown", None), "Look there before asking again"),
        (unread("no", None), "Check PLANTAIN_URL"),
        (StorageRefused("the upload", 503, "SlowDown"), "Try again in a moment"),
        (ApiError(500, "Failed", "internal-error", "", charged="unknown"), "Look there before asking again"),
        (ApiError(500, "Failed", "internal-error", "", retryable=True), "Try again in a moment"),
    ],
)
def test_the_advice_follows_from_what_is_known(error: PlantainError, advice: str) -> None:
    assert advice in trouble_of(error).advice
    assert trouble_of(error).exit_code == 1


@pytest.mark.parametrize(
    ("code", "charged", "advice"),
    [
        ("timed-out", "unknown", "plantain jobs redrive"),
        ("result-gone", "yes", "plantain jobs redrive"),
        ("aborted", "no", "Ask again later"),
        ("outcome-unknown", "unknown", "Do not ask again"),
    ],
)
def test_nobody_is_told_to_pay_again_for_what_can_be_fetched(code: str, charged: Charged, advice: str) -> None:
    failed = TaskFailed("It failed.", code, charged)

    assert advice in trouble_of(failed).advice


def test_the_operators_command_can_be_copied() -> None:
    failed = TaskFailed("It failed.", "aborted", "unknown", task_id="task-1")

    assert "`plantain jobs redrive task-1`" in trouble_of(failed).advice
