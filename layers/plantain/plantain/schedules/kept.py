"""A schedule as it is kept: what was written, by whom, and who alone may change it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from plantain.schedules.run import folder_of
from plantain.schedules.schedule import Schedule, schedule_of
from plantain.schedules.timing import Timing
from plantain.times import utc

KeptBy = Literal["file", "http", "template"]


@dataclass(frozen=True, slots=True)
class Kept:
    """A schedule that was checked, and who keeps it: a file, a caller over HTTP, or the template.

    `document` is in the words of a file; `written_at` in ms; `version` is the file's.
    """

    name: str
    document: Mapping[str, Any]
    kept_by: KeptBy
    written_at: int
    caller: str | None = None
    version: str | None = None

    @property
    def keeper(self) -> str:
        """Who alone may change it."""
        return f"{self.kept_by} {self.caller or ''}".strip()

    @property
    def asks_as(self) -> str:
        """The caller of its jobs: who keeps it over HTTP sees them as its own."""
        return self.caller or folder_of(self.name)

    @property
    def timing(self) -> str:
        """A short hash of when it runs: another one, another time."""
        when = {name: self.document.get(name) for name in Timing.model_fields}
        return hashlib.sha256(json.dumps(when, sort_keys=True).encode()).hexdigest()[:12]

    def is_seen_by(self, caller: str) -> bool:
        """The owner's schedules are everybody's to see, those kept over HTTP their keeper's."""
        return self.kept_by != "http" or self.caller == caller

    def schedule(self) -> Schedule:
        """What it says. Raises InvalidRequest (of the template's alone: the others were checked)."""
        return schedule_of(self.document, utc(self.written_at))
