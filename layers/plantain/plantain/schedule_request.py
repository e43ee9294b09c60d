"""Checks a schedule that comes over HTTP; names every fault in the words of the HTTP API."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from pydantic.alias_generators import to_camel, to_snake

from plantain.faults import Fault, InvalidRequest
from plantain.request import Terms
from plantain.schedule import MAX_BYTES, SCHEDULE_NAME, Schedule, check_schedule


def check_schedule_request(name: str, body: Mapping[str, Any], terms: Terms, now: dt.datetime) -> Schedule:
    """The checked schedule. Raises InvalidRequest."""
    if not SCHEDULE_NAME.fullmatch(name):
        raise InvalidRequest(
            Fault("/name", "must have 1 to 59 small letters, digits and hyphens, and begin with no hyphen")
        )
    if len(repr(body).encode()) > MAX_BYTES:
        raise InvalidRequest(Fault("", f"must have at most {MAX_BYTES // 1024} KB"))
    try:
        return check_schedule({to_snake(field): value for field, value in body.items()}, terms, now)
    except InvalidRequest as invalid:
        raise InvalidRequest(*(Fault(_camel(f.pointer), f.detail) for f in invalid.faults)) from None


def _camel(pointer: str) -> str:
    """The names of fields; those of variables and rotate lists are the caller's own."""
    own = re.search(r"/(variables|rotate)/", pointer)
    head, tail = (pointer[: own.start()], pointer[own.start() :]) if own else (pointer, "")
    return "/".join(to_camel(part) for part in head.split("/")) + tail
