"""Checks a schedule that comes over HTTP; names every fault in the words of the HTTP API."""

import datetime as dt
import json
import re
from collections.abc import Mapping
from typing import Any

from pydantic.alias_generators import to_camel, to_snake

from plantain.documents import BadDocument, check_names
from plantain.faults import Fault, InvalidRequest
from plantain.schedules.schedule import MAX_BYTES, SCHEDULE_NAME, TOO_DEEP, Schedule, check_schedule
from plantain.wishes.terms import Terms


def check_schedule_request(name: str, body: Mapping[str, Any], terms: Terms, now: dt.datetime) -> Schedule:
    """The checked schedule. Raises InvalidRequest."""
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
