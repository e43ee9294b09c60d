"""Hands the images a wish works from over to Kie.ai: by links signed now, or through Kie.ai's file upload.

Kie.ai goes by names: whatever a file is called, it gets one that ends in what the bytes are.
"""

import hashlib
import os
import secrets
from dataclasses import replace

from plantain.errors import InputGone
from plantain.images.format import MAGIC_BYTES, ImageFormat, format_of
from plantain.inbox.bucket import Inbox, inbox
from plantain.inbox.keys import is_inbox_key, is_upload_key, key_and_version
from plantain.job import Job, Request, now_ms
from plantain.jobs.table import Jobs, jobs
from plantain.kie.files import KieFiles, kie_files

FRESH_MS = 12 * 3600 * 1000  # Kie.ai keeps uploads for a day at the least
_COPIES = "uploads/inbox"


def handed_over(job: Job) -> Request:
    """The job's wish with what Kie.ai can fetch in the place of keys. The same again changes nothing.

    Raises InputGone, TryAgainLater, Refused (KieKeyRejected), KieKeyMissing. Nothing has been asked of Kie.ai yet.
    """
    by_upload = os.environ["INPUT_HANDOVER"] == "kie-upload"
    inputs = _uploaded(jobs(), kie_files(), job) if by_upload else tuple(map(_fetchable, job.request.image_input))
    return replace(job.request, image_input=inputs)


def _fetchable(reference: str) -> str:
    return _link(inbox(), reference) if _is_key(reference) else reference


def _is_key(reference: str) -> bool:
    return is_upload_key(reference) or is_inbox_key(reference)


def _link(inbox: Inbox, reference: str) -> str:
    """Of the very version, or of a copy of it under a better name."""
    kind = _kind_of(inbox, reference)
    key, _ = key_and_version(reference)
    if not key.endswith(kind.endings):
        # Named after what it is a copy of: a repeat writes the same again.
        name = hashlib.sha256(reference.encode()).hexdigest()[:32]
        copy = f"{_COPIES}/{name}.{kind.extension}"
        inbox.copy(reference, copy, kind.content_type)
        reference = copy
    return inbox.get_link(reference)


def _kind_of(inbox: Inbox, reference: str) -> ImageFormat:
    found = inbox.find(reference)
    kind = format_of(inbox.read(reference, MAGIC_BYTES)) if found and found.size else None
    if kind is None:
        raise InputGone
    return kind


def _uploaded(jobs: Jobs, files: KieFiles, job: Job) -> tuple[str, ...]:
    """One after the other, each noted: a repeat goes on where one of a short while ago has stopped."""
    begun = job.handed_over_at or 0
    if now_ms() - begun > FRESH_MS:
        job, begun = replace(job, handed_over=()), now_ms()
    inputs = job.handed_over
    for at, reference in enumerate(job.request.image_input[len(inputs) :], start=len(inputs)):
        name = f"{job.task_id}-{at}"
        address = _upload(inbox(), files, reference, name) if _is_key(reference) else reference
        inputs = (*inputs, address)
        jobs.note_handed_over(job, inputs, begun)
    return inputs


def _upload(inbox: Inbox, files: KieFiles, reference: str, name: str) -> str:
    """Kie.ai's address of it. A name that was used before would overwrite, and be answered from caches."""
    kind = _kind_of(inbox, reference)
    with inbox.open(reference) as content:
        return files.upload(f"{name}-{secrets.token_hex(4)}.{kind.extension}", kind.content_type, content)
