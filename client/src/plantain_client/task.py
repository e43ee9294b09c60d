"""A task as its caller sees it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

State = Literal["pending", "processing", "success", "fail"]
Charged = Literal["yes", "no", "unknown"]

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
class PresetRef:
    """A preset in one version; its `str` asks for exactly this one."""

    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name}@{self.version}"


@dataclass(frozen=True, slots=True)
class Task:
    """A job as it was at the moment of asking.

    `cost_time` is how long Kie.ai worked, in ms. `image_url` is None until `success`; it is signed and lives until
    `image_url_expires_at`. `late`: it takes longer than usual. `preset` is what it was made from, if one was
    named; `prompt` is then what it came to. `cached`: its image is a copy of one made before, and cost nothing.
    `document` is the whole JSON object as it came.
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
    preset: PresetRef | None
    cached: bool
    document: Document = field(repr=False, compare=False)

    @property
    def has_ended(self) -> bool:
        """Whether it is `success` or `fail`, for good."""
        return self.state in ("success", "fail")


@dataclass(frozen=True, slots=True)
class Page:
    """Some tasks, newest first, and the cursor of the next page if there is one."""

    tasks: tuple[Task, ...]
    cursor: str | None
