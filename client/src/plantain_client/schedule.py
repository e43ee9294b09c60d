"""Schedules: content that comes by itself, and the runs that made it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

from plantain_client.task import Charged, Cost, Document, State

KeptBy = Literal["file", "http", "template"]
RunState = Literal["running", "done", "skipped-missed", "skipped-overlap", "skipped-budget"]


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule. `kept_by` says where it is changed: by a file in the inbox, over HTTP by you, in the template.

    `next_runs` are its next five planned times, in its own zone. `document` is the whole JSON object as it came;
    from a list it has no requests.
    """

    name: str
    kept_by: KeptBy
    enabled: bool
    timezone: str
    next_runs: tuple[dt.datetime, ...]
    document: Document = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class RunJob:
    """One job of a run; `query_task` shows those of your own schedules."""

    task_id: str
    state: State
    charged: Charged


@dataclass(frozen=True, slots=True)
class Run:
    """One planned time and what came of it. `problems` say why some request asked for nothing.

    `running`: it is asking for its jobs; `done`: it has asked. `cost` is what Kie.ai has told of until now.
    """

    planned_at: dt.datetime
    begun_at: dt.datetime
    state: RunState
    jobs: tuple[RunJob, ...]
    problems: tuple[str, ...]
    cost: Cost | None
    document: Document = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class RunPage:
    """Some runs, the latest planned time first, and the cursor of the next page if there is one."""

    runs: tuple[Run, ...]
    cursor: str | None
