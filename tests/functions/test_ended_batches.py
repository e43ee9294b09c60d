"""Batches whose execution has ended, told to whoever has dropped them."""

import json
from typing import Any, cast

import pytest

from functions.check_batch import app as check_batch
from functions.record_batch_end import app as record_batch_end
from plantain.batches import checking
from plantain.batches.records import batch_records
from plantain.batches.reports import tell_status
from plantain.job import Source, new_task_id
from plantain.reports import telling
from plantain.reports.telling import tag_source
from tests.conftest import Cloud
from tests.functions.batching import (
    Machine,
    dropped,
    machine,
    step,
    tag,
    text,
)
from tests.functions.conftest import EVENTS, LambdaContext

__all__ = ["machine"]  # fixtures


def ended(batch_id: str, status: str, error: str | None = None) -> None:
    event = json.loads((EVENTS / "execution_aborted.json").read_text())
    event["detail"] |= {"name": batch_id, "status": status, "error": error}
    record_batch_end.handler(event, cast(Any, LambdaContext()))


NOT_BEGUN = "before any row was sent."
STOPPED = "Images that were asked for by then are still made and charged."


@pytest.mark.parametrize(
    ("before", "status", "error", "state", "words", "cost"),
    [
        (
            "waiting",
            "FAILED",
            "BatchExpired",
            "expired",
            "Nobody said yes to its price within seven days.",
            "Nothing",
        ),
        ("running", "FAILED", "BatchExpired", "expired", "Nobody said yes to its price", "Nothing"),
        ("checking", "FAILED", "States.Runtime", "failed", NOT_BEGUN, "Nothing"),
        ("waiting", "ABORTED", None, "failed", NOT_BEGUN, "Nothing"),
        ("running", "FAILED", "States.Runtime", "failed", STOPPED, "It may have been"),
        ("running", "ABORTED", None, "failed", STOPPED, "It may have been"),
        ("running", "TIMED_OUT", None, "failed", STOPPED, "It may have been"),
    ],
)
def test_an_execution_that_is_gone_ends_its_batch(
    cloud: Cloud,
    machine: Machine,
    before: str,
    status: str,
    error: str | None,
    state: str,
    words: str,
    cost: str,
) -> None:
    batch = dropped(cloud, "prompt\nx\n")
    batch_records().change(batch.batch_id, {"state": before}, only_from=("checking",))

    ended(batch.batch_id, status, error)

    found = batch_records().get(batch.batch_id)
    assert (found.state, words in (found.failure or "")) == (state, True)
    told = " ".join(text(cloud, "failed", batch).split())
    assert words in told
    assert f"What it cost - {cost} " in told
    assert told.count("Nothing was charged.") == (cost == "Nothing")
    assert tag(cloud, batch) == {"plantain-status": "fail"}


def test_who_was_stopped_before_telling_is_made_up_for_by_the_end(
    cloud: Cloud, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check has failed the batch and broken off before the tag; tried again it finds nothing to check."""
    batch = dropped(cloud, "prompt\n")
    tag_source(batch.source or Source("", ""), "accepted")
    with monkeypatch.context() as broken:
        broken.setattr(checking, "tell_status", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            step(check_batch, batchId=batch.batch_id)
    assert step(check_batch, batchId=batch.batch_id)["state"] == "failed"
    assert tag(cloud, batch) == {"plantain-status": "accepted"}

    ended(batch.batch_id, "FAILED", "BatchRefused")

    assert tag(cloud, batch) == {"plantain-status": "fail"}
    assert "holds no row" in text(cloud, "failed", batch)


def test_an_end_between_look_and_tag_has_the_last_word(
    cloud: Cloud, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever takes the file in sees a batch that runs, and writes `accepted` only when it is stopped already."""
    batch = dropped(cloud, "prompt\nx\n")
    real = telling.tag_source

    def slowly(source: Source, status: telling.Status) -> None:
        monkeypatch.setattr(telling, "tag_source", real)
        ended(batch.batch_id, "ABORTED")
        real(source, status)

    monkeypatch.setattr(telling, "tag_source", slowly)

    tell_status(batch)

    assert tag(cloud, batch) == {"plantain-status": "fail"}


def test_the_end_of_an_execution_changes_no_batch_that_has_ended(cloud: Cloud, machine: Machine) -> None:
    batch = dropped(cloud, "prompt\n")
    step(check_batch, batchId=batch.batch_id)
    failed = batch_records().get(batch.batch_id)

    ended(batch.batch_id, "FAILED", "BatchRefused")
    ended(new_task_id(), "FAILED")

    assert batch_records().get(batch.batch_id) == failed
