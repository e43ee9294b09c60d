"""A run as an item of the jobs table."""

import datetime as dt
import json
from typing import Any

from plantain.items import Item, to_attributes
from plantain.schedules.run import Run, moment_text, schedule_key


def group_of(name: str, caller: str | None) -> str:
    """The group of a schedule's runs: a name may have another keeper later, who does not see those of before."""
    return f"{schedule_key(name)}#{caller}" if caller else schedule_key(name)


def item_of(run: Run) -> Item:
    """The whole item."""
    return to_attributes(
        {
            "id": run.key,
            "group": group_of(run.name, run.caller),
            "scheduledBy": run.caller,
            "member": moment_text(run.planned),
            "state": run.state,
            "createdAt": run.begun_at,
            "number": run.number,
            "document": None if run.document is None else json.dumps(run.document, ensure_ascii=False),
        }
    )


def run_in(name: str, values: dict[str, Any]) -> Run:
    """The run of the schedule of this name in an item's plain values."""
    return Run(
        name=name,
        planned=dt.datetime.fromisoformat(values["member"]),
        state=values["state"],
        begun_at=values["createdAt"],
        number=values["number"],
        document=json.loads(values["document"]) if "document" in values else None,
        problems=tuple(values.get("problems", ())),
        caller=values.get("scheduledBy"),
    )
