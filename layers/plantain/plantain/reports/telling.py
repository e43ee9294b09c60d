"""What people who drop files are told: texts in the images bucket, and a tag on what they have dropped."""

import hashlib
from collections.abc import Callable
from typing import Literal

from plantain.images.bucket import images
from plantain.inbox.keys import pinned, stem_of
from plantain.inbox.status_tag import status_tag
from plantain.job import Source

Status = Literal["accepted", "success", "fail"]


def report_failure(stem: str, report_id: str, text: str) -> str:
    """Write why there is no image, once; returns the text's key. `report_id` is a task id or a source's id."""
    return _report("failed", stem, report_id, text)


def report_plan(stem: str, report_id: str, text: str) -> str:
    """Write what would have been made, once; returns the text's key."""
    return _report("plans", stem, report_id, text)


def tell_refused(source: Source, text: str) -> None:
    """Tell why nothing comes of what was dropped: first the text, then the tag."""
    report_failure(stem_of(source.key), report_id_of(source), text)
    tag_source(source, "fail")


def tell_planned(source: Source, text: str) -> None:
    """Tell what comes of it later, or would come of it: first the text, then the tag."""
    report_plan(stem_of(source.key), report_id_of(source), text)
    tag_source(source, "success")


def tag_source(source: Source, status: Status) -> None:
    """Set the tag `plantain-status` on that version; other tags stay, and a version that is gone is no error."""
    status_tag().set(pinned(source.key, source.version), status)


def settle(source: Source, status: Callable[[], Status]) -> None:
    """Write the status as it is, and again as long as it has changed meanwhile.

    Of two who write at once, the slower one sees what it has overwritten: so the last word is the right one, as
    long as `status` reads consistently and is final one day.
    """
    said = status()
    while True:
        tag_source(source, said)
        if (now := status()) == said:
            return
        said = now


def report_id_of(source: Source) -> str:
    """What stands for a task id where there is no task: the same for the same version."""
    return short_hash(pinned(source.key, source.version))


def short_hash(of: str) -> str:
    """12 hex digits, the same for the same thing that is told of."""
    return hashlib.sha256(of.encode()).hexdigest()[:12]


def _report(folder: str, stem: str, report_id: str, text: str) -> str:
    key = f"{folder}/{stem}__{report_id}.txt"
    images().put_text(key, text, report_id)
    return key
