"""Writes down what has become of a batch: `results.jsonl`, one line a row, in the order of the file."""

import json
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import batched
from typing import Any

from plantain.batches.batch import BadRow, Batch
from plantain.batches.checked_rows import ReadyRow, row_from
from plantain.batches.objects import batch_objects
from plantain.batches.reports import MAX_TOLD, bad_row_problem, row_problem
from plantain.even_numbers import evened
from plantain.images.manifests import cost_of
from plantain.items import values_of
from plantain.job import Job
from plantain.jobs.standing import standing
from plantain.task import Charged

_AT_ONCE = 100


@dataclass(slots=True)
class Results:
    """How the rows have ended, by state, what the jobs of this very batch have cost, in credits, and what stood
    in the way: the first `problems`, and how many rows `more`."""

    counts: Counter[str] = field(default_factory=Counter)
    credits: float = 0
    problems: list[str] = field(default_factory=list)
    more: int = 0
    charged: Charged = "no"


def write_results(batch: Batch) -> Results:
    """Read every row's job as it is now. What stands in the way of one is told in its line."""
    results = Results()
    with tempfile.TemporaryFile() as lines:
        for some in batched(batch_objects().lines(batch.batch_id, "rows.jsonl"), _AT_ONCE, strict=False):
            rows = [row_from(line) for line in some]
            jobs = standing().jobs_of(row.claim for row in rows if isinstance(row, ReadyRow))
            for row in rows:
                told = _told(row, jobs)
                lines.write(json.dumps(evened(told), ensure_ascii=False).encode(errors="replace") + b"\n")
                _count(results, batch, row, jobs)
        batch_objects().put(batch.batch_id, "results.jsonl", lines)
    return results


def _count(results: Results, batch: Batch, row: ReadyRow | BadRow, jobs: Mapping[str, Job]) -> None:
    if isinstance(row, BadRow):
        _note(results, bad_row_problem(row))
        return
    job = jobs.get(row.claim)
    results.counts[job.state if job else "pending"] += 1
    if job and job.group == batch.group and (cost := cost_of(job)):
        results.credits += cost["credits"]
    if job is None or job.state != "success":
        message = job.failure.message if job and job.failure else "has not ended."
        _note(results, row_problem(row.line, row.id, message))
        if job and job.charged != "no":
            results.charged = job.charged if results.charged != "yes" else "yes"


def _note(results: Results, problem: str) -> None:
    if len(results.problems) < MAX_TOLD:
        results.problems.append(problem)
    else:
        results.more += 1


def _told(row: ReadyRow | BadRow, jobs: Mapping[str, Job]) -> dict[str, Any]:
    place = {"row": row.number, "line": row.line}
    if isinstance(row, BadRow):
        return place | {"state": "invalid", "charged": "no", "errors": values_of(row)["faults"]}
    job = jobs.get(row.claim)
    if job is None:
        return place | {"id": row.id, "state": "pending", "charged": "no"}
    return place | {
        "id": row.id,
        "taskId": job.task_id,
        "state": job.state,
        "images": [image.key for image in job.images],
        "charged": job.charged,
        "cost": cost_of(job),
        "failMsg": job.failure.message if job.failure else None,
        "failCode": job.failure.code if job.failure else None,
    }
