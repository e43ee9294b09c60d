"""What Plantain says of a job, an account and itself, as frozen types. Fields added later are let pass."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from plantain_client.errors import Charged, PlantainError

State = Literal["pending", "processing", "success", "fail"]
KieState = Literal["ok", "key-missing", "key-rejected", "unreachable"]

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TaskRef:
    """A task that was taken in. `replayed`: by an earlier call with the same idempotency key."""

    task_id: str
    state: State
    replayed: bool = False
    retry_after: float | None = None  # seconds until the first look makes sense


@dataclass(frozen=True, slots=True)
class Cost:
    """What Kie.ai has billed."""

    credits: float
    usd: float


@dataclass(frozen=True, slots=True)
class Image:
    """One stored image. `url` is signed and expires with its task's `image_url_expires_at`; size in bytes."""

    url: str = field(repr=False)
    key: str
    content_type: str
    size: int
    width: int
    height: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Task:
    """A job as it was at the moment of asking.

    `cost_time` is how long Kie.ai worked, in ms. `image_url` is None until `success`; it is signed and lives until
    `image_url_expires_at`. `late`: it takes longer than usual. `document` is the whole JSON object as it came.
    """

    task_id: str
    state: State
    charged: Charged
    prompt: str
    aspect_ratio: str | None
    resolution: str | None
    output_format: str | None
    created_at: dt.datetime
    ended_at: dt.datetime | None
    late: bool
    fail_msg: str | None
    fail_code: str | None
    cost_time: int | None
    cost: Cost | None
    image_url: str | None = field(repr=False)
    image_url_expires_at: dt.datetime | None
    images: tuple[Image, ...]
    document: Document = field(repr=False, compare=False)

    @property
    def has_ended(self) -> bool:
        """Whether it is `success` or `fail`, for good."""
        return self.state in ("success", "fail")


@dataclass(frozen=True, slots=True)
class Progress:
    """One look at a job that is waited for: what was seen, or the error in the way.

    `attempt` counts from 1; 0 is the moment in which the task got its id.
    """

    task_id: str
    attempt: int
    max_attempts: int
    state: State | None
    task: Task | None = None
    error: PlantainError | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some tasks, newest first, and the cursor of the next page if there is one."""

    tasks: tuple[Task, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class KieAccount:
    """Kie.ai's side: whether its key works, and the balance where Kie.ai has told."""

    state: KieState
    credits: float | None
    usd: float | None


@dataclass(frozen=True, slots=True)
class Account:
    """Who asks, what time it is on the server, which Plantain this is, and Kie.ai's balance."""

    caller: str
    time: dt.datetime
    version: str
    kie: KieAccount
    document: Document = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Health:
    """What anybody may know."""

    version: str
    kie_key_configured: bool
    document: Document = field(repr=False, compare=False)


def task_from(document: Document) -> Task:
    """Raises KeyError, ValueError or TypeError where it is no task."""
    cost = document.get("cost")
    return Task(
        task_id=str(document["taskId"]),
        state=state_from(document["state"]),
        charged=document["charged"],
        prompt=document.get("prompt") or "",
        aspect_ratio=document.get("aspectRatio"),
        resolution=document.get("resolution"),
        output_format=document.get("outputFormat"),
        created_at=_moment(document["createdAt"]),
        ended_at=_moment_or_none(document.get("endedAt")),
        late=bool(document.get("late")),
        fail_msg=document.get("failMsg"),
        fail_code=document.get("failCode"),
        cost_time=document.get("costTime"),
        cost=Cost(cost["credits"], cost["usd"]) if cost else None,
        image_url=document.get("imageUrl"),
        image_url_expires_at=_moment_or_none(document.get("imageUrlExpiresAt")),
        images=tuple(_image(image) for image in document.get("images", ())),
        document=document,
    )


def state_from(word: object) -> State:
    """Raises ValueError for a word that is none of the four."""
    if word not in get_args(State):
        raise ValueError(f"unknown state {word!r}")
    return word  # type: ignore[return-value]


def account_from(document: Document) -> Account:
    """Raises KeyError, ValueError or TypeError where it is no account."""
    kie = document["kie"]
    return Account(
        caller=document["caller"],
        time=_moment(document["time"]),
        version=document["version"],
        kie=KieAccount(kie["state"], kie.get("credits"), kie.get("usd")),
        document=document,
    )


def health_from(document: Document) -> Health:
    """Raises KeyError where it is no health."""
    return Health(document["version"], document["kieKeyConfigured"], document)


def page_from(document: Document) -> Page:
    """Raises KeyError, ValueError or TypeError where it is no page."""
    return Page(tuple(task_from(job) for job in document["jobs"]), document.get("cursor"))


def _image(document: Document) -> Image:
    return Image(
        url=document["url"],
        key=document["key"],
        content_type=document["contentType"],
        size=document["size"],
        width=document["width"],
        height=document["height"],
        sha256=document["sha256"],
    )


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def _moment_or_none(text: str | None) -> dt.datetime | None:
    return _moment(text) if text else None
