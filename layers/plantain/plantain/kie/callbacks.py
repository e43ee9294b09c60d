"""Kie.ai's callback: the address it is given for a job, and whether a call of it is Kie.ai's own.

A callback is a doorbell, never the truth: its signature covers the task's id and the time, not the body.
Source: Kie.ai's guide "Webhook verification".
"""

import base64
import binascii
import hmac
import re

from plantain.job import Job, is_task_id

PATH = "/api/callbacks/kie"
MAX_AGE_SECONDS = 300
MAX_ID_LENGTH = 200  # Kie.ai's ids have 32 characters; they are opaque

_STAMP = re.compile(r"[0-9]{1,12}")


def callback_url(base: str, job: Job) -> str | None:
    """Where Kie.ai is to ring for this job; only who has this address can."""
    return f"{base}{PATH}/{_token_of(job)}" if job.callback_secret else None


def is_callback_of(job: Job, url: str) -> bool:
    """Whether this is the address of this job's doorbell, wherever the stack was reached then."""
    return job.callback_secret is not None and url.endswith(f"{PATH}/{_token_of(job)}")


def parts_of(token: str) -> tuple[str, str] | None:
    """The job's id and the secret in the last part of the address; None if it is none of ours."""
    task_id, dot, secret = token.partition(".")
    return (task_id, secret) if dot and secret and is_task_id(task_id) else None


def _token_of(job: Job) -> str:
    return f"{job.task_id}.{job.callback_secret}"


def is_secret_of(job: Job, secret: str) -> bool:
    """Compared in constant time."""
    return job.callback_secret is not None and hmac.compare_digest(job.callback_secret.encode(), secret.encode())


def is_signed(key: str, kie_task_id: str, timestamp: str, signature: str, now: float) -> bool:
    """Whether Kie.ai has signed this id within the last five minutes; `timestamp` and `now` are Unix seconds."""
    if not _STAMP.fullmatch(timestamp) or abs(now - int(timestamp)) > MAX_AGE_SECONDS:
        return False
    try:
        given = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    wanted = hmac.digest(key.encode(), f"{kie_task_id}.{timestamp}".encode(), "sha256")
    return hmac.compare_digest(wanted, given)
