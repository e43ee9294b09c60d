"""The names of schedules and of their runs in the jobs table: a run is a schedule's name and a planned time."""

import datetime as dt

SCHEDULES = "schedules"  # the group of all schedules
_RUN = "run#"


def schedule_key(name: str) -> str:
    """The table key of a schedule."""
    return f"schedule#{name}"


def runs_group(name: str, caller: str | None) -> str:
    """The group of a schedule's runs: a name may have another keeper later, who does not see those of before."""
    return f"{schedule_key(name)}#{caller}" if caller else schedule_key(name)


def moment_text(moment: dt.datetime) -> str:
    """`2026-11-23T08:00:00Z`: in UTC, sorts as it passes."""
    return f"{moment.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"


def run_key(name: str, planned: dt.datetime) -> str:
    """The table key of a run, and the group of its jobs."""
    return f"{_RUN}{name}#{moment_text(planned)}"


def run_of(group: str) -> tuple[str, str] | None:
    """The schedule's name and the planned time, as text, of a group of jobs; None if no run asked for them."""
    name, _, planned = group.removeprefix(_RUN).partition("#")
    return (name, planned) if group.startswith(_RUN) else None


def member_of(request: int, copy: int) -> str:
    """The place of a job in its run: of which request, and of its `count` images which; both from 1."""
    return f"{request:02}-{copy:02}"


def request_of_first(member: str) -> int | None:
    """Of which request this job is the first; None if it is not."""
    request, _, copy = member.partition("-")
    return int(request) if copy == "01" else None
