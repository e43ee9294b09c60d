"""A dropped version is one wish: however often it is delivered, whatever becomes of its file."""

import pytest

from plantain.job import now_ms
from plantain.jobs import claims
from tests.functions.dropping import Drops, inbox

__all__ = ["inbox"]  # fixtures


def test_delivered_twice_it_is_one_job(inbox: Drops) -> None:
    source = inbox.drop("inbox/card.txt", "a card")
    inbox.deliver(source)

    assert len({job.task_id for job in inbox.jobs()}) == 1


def test_delivered_again_from_the_dead_letters_it_is_still_that_job(
    inbox: Drops, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are kept for two weeks, longer than the claims of calls."""
    source = inbox.drop("inbox/card.txt", "a card")
    monkeypatch.setattr(claims, "now_ms", lambda: now_ms() + 15 * 24 * 60 * 60 * 1000)
    inbox.deliver(source)
    inbox.end(inbox.jobs()[0])

    assert len({job.task_id for job in inbox.jobs()}) == 1
    assert inbox.status(source) == "success"


def test_overwriting_is_a_new_wish_and_each_is_made_from_its_own_words_in_any_order(inbox: Drops) -> None:
    first, second = inbox.put("inbox/card.txt", "first"), inbox.put("inbox/card.txt", "second")
    for source in (second, first, second):
        inbox.deliver(source)

    assert {(job.request.prompt, job.source) for job in inbox.jobs()} == {("first", first), ("second", second)}


def test_a_file_that_was_deleted_meanwhile_is_made_all_the_same(inbox: Drops) -> None:
    source = inbox.put("inbox/card.txt", "a card")
    inbox.cloud.s3.delete_object(Bucket="inbox", Key=source.key)
    inbox.deliver(source)

    assert inbox.job().request.prompt == "a card"
    assert inbox.status(source) == "accepted"


def test_a_version_that_is_gone_for_good_is_nothing_to_do(inbox: Drops) -> None:
    source = inbox.put("inbox/card.txt", "a card")
    inbox.cloud.s3.delete_object(Bucket="inbox", Key=source.key, VersionId=source.version)
    inbox.deliver(source)

    assert (inbox.started.task_ids, inbox.texts()) == ([], {})


def test_a_repeat_goes_on_with_what_was_planned_whatever_the_preset_says_now(inbox: Drops) -> None:
    inbox.put("presets/card.toml", "prompt = 'old'")
    fate, inbox.started.fate = inbox.started.fate, _cannot_start
    source = inbox.put("inbox/a.toml", "preset = 'card'\ncount = 2\n")
    with pytest.raises(RuntimeError):
        inbox.deliver(source)
    inbox.started.fate = fate
    inbox.cloud.s3.delete_object(Bucket="inbox", Key="presets/card.toml")

    inbox.deliver(source)

    made = {job.task_id: job.request.prompt for job in inbox.jobs()}
    assert sorted(made.values()) == ["old", "old"]
    assert inbox.texts() == {}


def _cannot_start(_task_id: str) -> None:
    raise RuntimeError("Step Functions is away")
