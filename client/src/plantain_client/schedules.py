"""What one can ask of Plantain about schedules, for the blocking and the async client alike."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from plantain_client.asking import ask
from plantain_client.exchange import Operation, Send
from plantain_client.schedule import RunPage, Schedule
from plantain_client.schedule_documents import runs_from, schedule_from, schedules_from


def list_schedules() -> Operation[tuple[Schedule, ...]]:
    """The owner's schedules and your own, by name."""
    return (yield from ask(Send("GET", "/api/schedules"), schedules_from)).said


def get_schedule(name: str) -> Operation[Schedule]:
    """A schedule with all that it says, and when it runs next. Raises ScheduleNotFound."""
    return (yield from ask(Send("GET", _path(name)), schedule_from)).said


def put_schedule(name: str, schedule: Mapping[str, Any]) -> Operation[Schedule]:
    """Keep a schedule, new or in the place of what you had put there; its jobs are yours.

    `schedule` has the fields of a schedule's file or of the HTTP API: `cron`, `rate` or `at`, `timezone`,
    `requests` … Dates and times may be datetime's. Raises InvalidRequest (which names the fields), KeptElsewhere.
    """
    send = Send("PUT", _path(name), json=_body(schedule))
    return (yield from ask(send, schedule_from)).said


def delete_schedule(name: str) -> Operation[None]:
    """End a schedule of yours; what it has made stays. Raises ScheduleNotFound and KeptElsewhere."""
    yield from ask(Send("DELETE", _path(name)), lambda _: None, tries=1)


def list_runs(name: str, *, limit: int | None = None, cursor: str | None = None) -> Operation[RunPage]:
    """One page of a schedule's runs, the latest first: at most `limit` (1 to 100). Raises ScheduleNotFound."""
    asked = {"limit": limit, "cursor": cursor}
    params = {field: str(value) for field, value in asked.items() if value is not None}
    return (yield from ask(Send("GET", f"{_path(name)}/runs", params=params), runs_from)).said


def _path(name: str) -> str:
    return f"/api/schedules/{quote(name, safe='')}"


def _body(schedule: Mapping[str, Any]) -> dict[str, Any]:
    """In the words of the HTTP API; what variables and lists are called is their author's."""
    body = {_camel(field): _plain(value) for field, value in schedule.items()}
    if isinstance(body.get("requests"), list):
        body["requests"] = [
            {_camel(field): value for field, value in wish.items()} if isinstance(wish, dict) else wish
            for wish in body["requests"]
        ]
    return body


def _camel(field: str) -> str:
    head, *tail = field.split("_")
    return head + "".join(word.title() for word in tail)


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {field: _plain(part) for field, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list | tuple) else value
