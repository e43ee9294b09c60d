"""How a drop has ended is told by its tag, and by a text where there is no picture."""

from typing import Any

import pytest

from plantain.drops import reports as drop_reports
from plantain.job import Failure, Job
from plantain.jobs.table import jobs
from tests.functions.dropping import CARD, Drops, inbox

__all__ = ["inbox"]  # fixtures


def test_a_success_is_on_the_tag_and_nowhere_else(inbox: Drops) -> None:
    source = inbox.drop("inbox/card.txt", "a card", Tagging="team=social")
    inbox.end(inbox.job())

    assert (inbox.status(source), inbox.texts()) == ("success", {})
    tags = inbox.cloud.s3.get_object_tagging(Bucket="inbox", Key=source.key)["TagSet"]
    assert {"Key": "team", "Value": "social"} in tags


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (Failure("content-policy", "flagged", "no"), "against its content policy"),
        (Failure("kie-refused", "The image is too small", "no"), 'It said: "The image is too small"'),
        (Failure("timed-out", "…", "unknown"), "It may have been charged."),
        (Failure("not-sent", "…", "no"), "the wait took too long, before Kie.ai was asked."),
        (Failure("aborted", "…", "yes"), "what Kie.ai made was fetched. - The number of this job"),
        (Failure("image-not-stored", "…", "yes"), "It was charged."),
        (Failure("result-too-large", "…", "yes"), "could not be fetched"),
        (Failure("kie-spending-cap", "…", "no"), "spending limit"),
    ],
)
def test_a_failure_is_on_the_tag_and_told_in_words(inbox: Drops, failure: Failure, told: str) -> None:
    source = inbox.drop("inbox/team/Grüße.txt", "a card")
    job = inbox.job()
    inbox.end(job, failure)
    inbox.end(job)

    assert inbox.status(source) == "fail"
    ((key, text),) = inbox.texts().items()
    assert key == f"failed/Grüße__{job.task_id}.txt"
    assert told in " ".join(text.split())
    assert source.key in text
    assert job.task_id in text


def test_several_are_a_success_once_all_are(inbox: Drops) -> None:
    source = inbox.drop("inbox/card.toml", f"{CARD}count = 3\n")
    seen = []
    for job in inbox.jobs():
        inbox.end(job)
        seen.append(inbox.status(source))

    assert seen == ["accepted", "accepted", "success"]


def test_several_have_failed_once_all_have_ended_and_one_has_failed(inbox: Drops) -> None:
    source = inbox.drop("inbox/card.toml", f"{CARD}count = 3\n")
    first, second, third = inbox.jobs()
    seen = []
    for job, failure in ((first, None), (second, Failure("kie-busy", "…", "no")), (third, None)):
        inbox.end(job, failure)
        seen.append(inbox.status(source))

    assert seen == ["accepted", "accepted", "fail"]
    assert list(inbox.texts()) == [f"failed/card__{second.task_id}.txt"]


def test_an_end_that_comes_before_the_tag_is_not_overwritten_by_it(
    inbox: Drops, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job ends between on_upload's look at it and its writing of the tag."""
    look = drop_reports._status
    ends = [True]

    def slow(job: Job) -> Any:
        seen = look(job)
        if ends:
            ends.clear()
            inbox.end(job)
            assert inbox.status(source) == "success"
        return seen

    monkeypatch.setattr(drop_reports, "_status", slow)
    source = inbox.put("inbox/card.txt", "a card")
    inbox.deliver(source)

    assert inbox.status(source) == "success"


def test_the_reason_is_there_before_the_tag_whoever_comes_first(inbox: Drops) -> None:
    """The last event finds that another job has failed whose own event is still under way."""
    source = inbox.drop("inbox/card.toml", f"{CARD}count = 2\n")
    first, second = inbox.jobs()
    jobs().fail(first.task_id, Failure("kie-busy", "…", "no"))
    inbox.end(second)

    assert inbox.status(source) == "fail"
    assert list(inbox.texts()) == [f"failed/card__{first.task_id}.txt"]


def test_deleting_the_file_for_good_while_its_job_runs_is_no_error(inbox: Drops) -> None:
    source = inbox.drop("inbox/card.txt", "a card")
    inbox.cloud.s3.delete_object(Bucket="inbox", Key=source.key, VersionId=source.version)
    inbox.end(inbox.job(), Failure("kie-busy", "…", "no"))

    assert len(inbox.texts()) == 1
