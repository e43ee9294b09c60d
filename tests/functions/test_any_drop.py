"""Files of any name: whose they are, what they are called, what is read and what is logged of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantain.drops import intake as drops
from plantain.drops.dropped import caller_of, folder_of, is_ignored, kind_of
from plantain.job import Failure
from plantain.reports.telling import report_id_of
from tests.functions.dropping import Drops, inbox

__all__ = ["inbox"]  # fixtures


_NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)


@given(_NAMES)
def test_whose_a_key_is_and_what_it_is_can_be_said_of_any(name: str) -> None:
    key = f"inbox/{name}"

    assert caller_of(key) == f"inbox/{folder_of(key)}"
    assert "/" not in folder_of(key)
    assert kind_of(f"{key}x.PNG") == "image"
    assert is_ignored(f"{key}/")
    assert is_ignored(f"inbox/.{name}")


@pytest.mark.parametrize(
    "name", ["a b", "a+b", "100%", "a%20b", "Grüße", "🍌🍌", "a?versionId=b", "_a", "x" * 900, "a#1", "a//b"]
)
def test_any_name_becomes_a_job_and_a_report(inbox: Drops, name: str) -> None:
    source = inbox.drop(f"inbox/{name}.txt", "a card")
    job = inbox.job()
    inbox.end(job, Failure("kie-busy", "…", "no"))

    assert job.source == source
    assert inbox.status(source) == "fail"
    ((key, text),) = inbox.texts().items()
    assert key == f"failed/{job.stem}__{job.task_id}.txt"
    assert source.key.replace(" ", "") in text.replace("\n", "").replace(" ", "")


def test_the_log_names_no_file(inbox: Drops, caplog: pytest.LogCaptureFixture) -> None:
    source = inbox.drop("inbox/secret-plans.txt", "a secret")

    (line,) = [record.__dict__ for record in caplog.records if record.getMessage() == "dropped"]
    assert (line["drop"], line["outcome"]) == (report_id_of(source), "started")
    assert line["ids"] == (inbox.job().task_id,)
    assert "secret" not in repr(line)


def test_only_this_very_version_is_read(inbox: Drops, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unpinned read would see what came later."""
    source = inbox.put("inbox/a.toml", "prompt = 'mine'")
    inbox.put("inbox/a.toml", "prompt = 'theirs'")
    monkeypatch.setattr(drops, "report", lambda _job: None)
    inbox.deliver(source)

    assert inbox.job().request.prompt == "mine"
