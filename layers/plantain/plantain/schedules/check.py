"""Checks a schedule before it is kept, its requests in every turn; faults are in its writer's words."""

import datetime as dt
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic.alias_generators import to_camel, to_snake

from plantain.documents import BadDocument, check_names
from plantain.faults import Fault, InvalidRequest
from plantain.schedules.filling import filled, turns_of
from plantain.schedules.schedule import (
    MAX_BYTES,
    MAX_REQUESTS,
    SCHEDULE_NAME,
    TOO_DEEP,
    Schedule,
    in_words_of_a_file,
    schedule_of,
)
from plantain.schedules.timing import WHEN
from plantain.validation import MAX_FAULTS
from plantain.wishes.file_wish import check_file_wish
from plantain.wishes.terms import Terms


def check_schedule(document: Mapping[str, Any], terms: Terms, now: dt.datetime) -> Schedule:
    """The checked schedule of a document; faults are in the words of a file. Raises InvalidRequest."""
    try:
        schedule = schedule_of(document, now)
    except InvalidRequest as invalid:
        given = document.get("requests")
        wishes = [wish for wish in given if isinstance(wish, Mapping)] if isinstance(given, list) else []
        small = len(wishes) <= MAX_REQUESTS and TOO_DEEP not in invalid.faults
        faults = [*invalid.faults, *(_faults_of_requests(wishes, terms, now) if small else [])]
        raise InvalidRequest(*faults[:MAX_FAULTS]) from None
    if faults := _faults_of_requests(schedule.requests, terms, now.astimezone(schedule.recurrence.zone)):
        raise InvalidRequest(*faults[:MAX_FAULTS])
    if not schedule.recurrence.next_runs(now, 1):
        when = next(name for name in WHEN if document.get(name) is not None)
        raise InvalidRequest(
            Fault(f"/{when}", "would never run: its times have passed, or lie outside start and end")
        )
    return schedule


def _faults_of_requests(wishes: Sequence[Mapping[str, Any]], terms: Terms, local: dt.datetime) -> list[Fault]:
    faults: dict[tuple[str, str], Fault] = {}
    for at, wish in enumerate(map(in_words_of_a_file, wishes)):
        for number in range(turns_of(wish)):
            try:
                check_file_wish(filled(wish, local, number), terms)
            except InvalidRequest as invalid:
                found = (Fault(f"/requests/{at}{f.pointer}", f.detail) for f in invalid.faults)
                faults |= {(f.pointer, f.detail): f for f in found}
    return list(faults.values())


def check_schedule_request(name: str, body: Mapping[str, Any], terms: Terms, now: dt.datetime) -> Schedule:
    """The checked schedule of a body; faults are in the words of the HTTP API. Raises InvalidRequest."""
    if not SCHEDULE_NAME.fullmatch(name):
        raise bad_name()
    try:
        size = len(json.dumps(body, ensure_ascii=False).encode())
    except UnicodeEncodeError:
        raise InvalidRequest(Fault("", "must be valid Unicode text (it holds a lone surrogate)")) from None
    except RecursionError:
        raise InvalidRequest(TOO_DEEP) from None
    if size > MAX_BYTES:
        raise InvalidRequest(Fault("", f"must have at most {MAX_BYTES // 1024} KB"))
    try:
        check_names(body)
        return check_schedule({to_snake(field): value for field, value in body.items()}, terms, now)
    except BadDocument as bad:
        raise InvalidRequest(Fault("", bad.detail)) from None
    except InvalidRequest as invalid:
        raise InvalidRequest(*(Fault(_camel(f.pointer), f.detail) for f in invalid.faults)) from None


def bad_name() -> InvalidRequest:
    """What no schedule can be called."""
    detail = "must have 1 to 59 small letters, digits and hyphens, and begin with no hyphen"
    return InvalidRequest(Fault("/name", detail))


def _camel(pointer: str) -> str:
    """The names of fields; those of variables and rotate lists are the caller's own."""
    own = re.search(r"/(variables|rotate)/", pointer)
    head, tail = (pointer[: own.start()], pointer[own.start() :]) if own else (pointer, "")
    return "/".join(to_camel(part) for part in head.split("/")) + tail
