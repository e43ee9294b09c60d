"""What one sees while waiting for a task."""

from __future__ import annotations

from dataclasses import dataclass

from plantain_client.errors import PlantainError
from plantain_client.task import State, Task


@dataclass(frozen=True, slots=True)
class Progress:
    """One look at a job that is waited for: what was seen, or the error in the way.

    `attempt` counts from 1; 0 is the moment in which the task got its id.
    """

    task_id: str
    attempt: int
    max_attempts: int
    state: State | None
    task: Task | None = None
    error: PlantainError | None = None
