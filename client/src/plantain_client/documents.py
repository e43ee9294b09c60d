"""Reads Plantain's JSON documents into their types. Fields added later are let pass.

Each raises KeyError, TypeError or ValueError where it is another document (OverflowError for absurd numbers).
"""

from __future__ import annotations

from typing import cast

from plantain_client.account import Account, CreatesPaused, Health, KieAccount, KieState
from plantain_client.fields import listed, moment, name, number, or_none, text, whole, word, yes_or_no
from plantain_client.preset_documents import ref_from
from plantain_client.resolved import cost_from
from plantain_client.task import Charged, Document, Image, Page, State, Task


def task_from(document: Document) -> Task:
    """A task."""
    get = document.get
    return Task(
        task_id=name(document["taskId"]),
        state=word(document["state"], State),
        charged=word(document["charged"], Charged),
        prompt=or_none(text, get("prompt")) or "",
        aspect_ratio=or_none(text, get("aspectRatio")),
        resolution=or_none(text, get("resolution")),
        output_format=or_none(text, get("outputFormat")),
        created_at=moment(document["createdAt"]),
        ended_at=or_none(moment, get("endedAt")),
        late=bool(get("late")),
        fail_msg=or_none(text, get("failMsg")),
        fail_code=or_none(text, get("failCode")),
        cost_time=or_none(number, get("costTime")),
        cost=or_none(cost_from, get("cost")),
        image_url=or_none(text, get("imageUrl")),
        image_url_expires_at=or_none(moment, get("imageUrlExpiresAt")),
        images=listed(get("images", []), _image),
        preset=or_none(ref_from, get("preset")),
        cached=bool(get("cached")),
        document=document,
    )


def taken_from(document: Document) -> tuple[str, State]:
    """The id and state of a task that was taken in."""
    return name(document["taskId"]), word(document["state"], State)


def account_from(document: Document) -> Account:
    """An account."""
    kie = document["kie"]
    return Account(
        caller=text(document["caller"]),
        time=moment(document["time"]),
        version=text(document["version"]),
        kie=KieAccount(
            cast(KieState, text(kie["state"])),  # a word added later is no reason to fail
            or_none(number, kie.get("credits")),
            or_none(number, kie.get("usd")),
        ),
        paused=or_none(paused_from, document.get("paused")),
        document=document,
    )


def paused_from(document: Document) -> CreatesPaused:
    """A pause of creates."""
    return CreatesPaused(text(document["by"]), text(document["reason"]), moment(document["since"]))


def health_from(document: Document) -> Health:
    """What anybody may know."""
    return Health(text(document["version"]), yes_or_no(document["kieKeyConfigured"]), document)


def page_from(document: Document) -> Page:
    """A page of tasks."""
    return Page(listed(document["jobs"], task_from), or_none(name, document.get("cursor")))


def _image(document: Document) -> Image:
    return Image(
        url=text(document["url"]),
        key=text(document["key"]),
        content_type=text(document["contentType"]),
        size=whole(document["size"]),
        width=whole(document["width"]),
        height=whole(document["height"]),
        sha256=text(document["sha256"]),
    )
