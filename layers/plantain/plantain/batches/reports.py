"""What people are told who have dropped a batch: texts, and after them the tag on their file."""

from collections.abc import Iterable
from itertools import islice

from plantain.batches.batch import BadRow, Batch
from plantain.batches.records import batch_records
from plantain.faults import Fault
from plantain.inbox.keys import key_of
from plantain.reports.failed_text import failed_text
from plantain.reports.problem_lines import problem_lines
from plantain.reports.telling import Status, report_failure, report_plan, settle
from plantain.task import Charged

MAX_TOLD = 1000  # rows named in one text; results.jsonl has them all

_MEND = "Change the file and put it in again."
_ONLY_THE_OTHERS = "rows that have a picture are not made again, nor charged again."
_OF_THESE_ROWS: dict[Charged, str] = {
    "no": "For these rows nothing was charged.",
    "yes": "Some of these rows were charged.",
    "unknown": "Some of these rows may have been charged.",
}


def tell_waiting(batch: Batch, limit_usd: float) -> None:
    """That it waits for a yes, what it would cost and how to say yes."""
    if batch.source is None:
        return
    text = (
        f"{batch.source.key} waits for a yes.\n\n"
        f"It has {_rows(batch.rows)} that can be made"
        + (f" and {batch.bad} that cannot" if batch.bad else "")
        + f". Making them costs about ${batch.price_usd:.2f}, which is more than ${limit_usd:.2f}.\n"
        "Nothing was charged so far.\n\n"
        "Ask whoever runs Plantain for a yes, within seven days, and give them this number:\n"
        f"  {batch.batch_id}\n"
        f"(They say yes with: plantain batch confirm {batch.batch_id})\n"
        "To leave it, do nothing.\n"
    )
    report_plan(batch.stem, batch.batch_id, text)


def tell_unmade(batch: Batch, bad: Iterable[BadRow] = ()) -> None:
    """That none of it was made, and why: the file could not be read, no row was good, it was stopped, …"""
    rows = iter(bad)
    problems = [batch.failure or "", *map(bad_row_problem, islice(rows, MAX_TOLD)), *_rest(sum(1 for _ in rows))]
    advice = "Put the file in again." if batch.state == "expired" else _MEND
    _tell_failure(batch, f"{key_of(batch.reference)} was not made.", problems, "no", advice)


def tell_stopped(batch: Batch) -> None:
    """That it was stopped while it was made."""
    advice = f"Put the file in again under the same name: {_ONLY_THE_OTHERS}"
    _tell_failure(
        batch, f"Not all of {key_of(batch.reference)} was made.", [batch.failure or ""], "unknown", advice
    )


def tell_problems(batch: Batch, problems: list[str], more: int, charged: Charged) -> None:
    """Which rows have no picture: `problems` names them, besides so many `more`. Without any, nothing is told."""
    if problems:
        subject = f"Some rows of {key_of(batch.reference)} have no picture."
        advice = f"Mend those rows and put the file in again under the same name: {_ONLY_THE_OTHERS}"
        cost = _OF_THESE_ROWS[charged]
        _tell_failure(batch, subject, [*problems, *_rest(more)], charged, advice, cost)


def tell_status(batch: Batch) -> None:
    """Tag the file as its batch's record says, if it was dropped. Safe to repeat, whoever does it."""
    if batch.source:
        settle(batch.source, lambda: _status(batch_records().get(batch.batch_id)))


def _status(batch: Batch) -> Status:
    """A success is a batch each of whose rows has its picture, and a batch that waits for a yes is accepted."""
    if not batch.is_final:
        return "accepted"
    made = batch.counts.get("success", 0)
    return "success" if batch.state == "done" and made == batch.rows and not batch.bad else "fail"


def row_problem(line: int, id: str, message: str) -> str:
    """One row that was tried and failed."""
    return f"line {line} ({id}): {message}"


def bad_row_problem(row: BadRow) -> str:
    """One row that could not be tried."""
    faults = (Fault(fault.pointer[:200], fault.detail) for fault in row.faults)
    return f"line {row.line}: {'; '.join(problem_lines(tuple(faults)))}"


def _rest(more: int) -> list[str]:
    return [f"and {more} more rows"] if more else []


def _rows(number: int) -> str:
    return "1 row" if number == 1 else f"{number} rows"


def _tell_failure(
    batch: Batch, subject: str, problems: list[str], charged: Charged, advice: str, cost: str | None = None
) -> None:
    if batch.source is not None:
        text = failed_text(subject, problems, charged=charged, advice=advice, cost=cost)
        report_failure(batch.stem, batch.batch_id, text)
