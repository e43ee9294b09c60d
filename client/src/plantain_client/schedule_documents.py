"""Reads the JSON documents of schedules. Each raises KeyError, TypeError or ValueError where it is another one.

A word that was added later is no reason to fail.
"""

from __future__ import annotations

from typing import cast

from plantain_client.fields import listed, moment, name, or_none, text, word, yes_or_no
from plantain_client.resolved import cost_from
from plantain_client.schedule import KeptBy, Run, RunJob, RunPage, RunState, Schedule
from plantain_client.task import Charged, Document, State


def schedules_from(document: Document) -> tuple[Schedule, ...]:
    """The schedules of a list."""
    return listed(document["schedules"], schedule_from)


def schedule_from(document: Document) -> Schedule:
    """A schedule, whole or from a list."""
    return Schedule(
        name=name(document["name"]),
        kept_by=cast(KeptBy, text(document["keptBy"])),
        enabled=yes_or_no(document["enabled"]),
        timezone=text(document["timezone"]),
        next_runs=listed(document["nextRuns"], moment),
        document=document,
    )


def runs_from(document: Document) -> RunPage:
    """A page of runs."""
    return RunPage(listed(document["runs"], _run), or_none(name, document["cursor"]))


def _run(document: Document) -> Run:
    return Run(
        planned_at=moment(document["plannedAt"]),
        begun_at=moment(document["begunAt"]),
        state=cast(RunState, text(document["state"])),
        jobs=listed(document["jobs"], _job),
        problems=listed(document["problems"], text),
        cost=or_none(cost_from, document["cost"]),
        document=document,
    )


def _job(document: Document) -> RunJob:
    return RunJob(name(document["taskId"]), word(document["state"], State), word(document["charged"], Charged))
