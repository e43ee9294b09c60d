"""Reads Plantain's JSON documents into their types. Fields added later are let pass."""

from __future__ import annotations

import datetime as dt
from typing import get_args

from plantain_client.account import Account, Health, KieAccount
from plantain_client.task import Cost, Document, Image, Page, State, Task


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


def taken_from(document: Document) -> tuple[str, State]:
    """The id and state of a task that was taken in. Raises KeyError or ValueError where there are none."""
    return _text(document["taskId"]), state_from(document["state"])


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


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError(f"{value!r} instead of a text")
    return value


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def _moment_or_none(text: str | None) -> dt.datetime | None:
    return _moment(text) if text else None
