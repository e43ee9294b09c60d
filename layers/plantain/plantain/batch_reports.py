"""What is told to people who have dropped a batch: texts beside the pictures, and the tag on their file."""

from collections.abc import Iterable
from itertools import islice

from plantain.batch import BadRow, Batch
from plantain.faults import Fault
from plantain.inbox_key import key_and_version
from plantain.inbox_reports import report_failure, report_plan, tag_source
from plantain.plain_words import failed_text, problem_lines
from plantain.task import Charged

MAX_TOLD = 1000  # rows named in one text; results.jsonl has them all


def tell_waiting(batch: Batch, limit_usd: float) -> None:
    """That it waits for a yes, what it would cost and how to say yes."""
    if batch.source is None:
        return
    text = (
        f"{batch.source.key} waits for your yes.\n\n"
        f"It has {batch.rows} rows that can be made"
        + (f" and {batch.bad} that cannot" if batch.bad else "")
        + f". They cost about ${batch.price_usd:.2f}, which is more than ${limit_usd:.2f}.\n"
        "Nothing was charged so far.\n\n"
        "To start it, within seven days:\n"
        f"  plantain batch confirm {batch.batch_id}\n"
        f"  (or POST /api/batches/{batch.batch_id}/confirm)\n"
        "To leave it, do nothing.\n"
    )
    report_plan(batch.stem, batch.batch_id, text)
    tag_source(batch.source, "accepted")


def tell_unmade(batch: Batch, bad: Iterable[BadRow] = ()) -> None:
    """That none of it was made, and why: the file could not be read, no row was good, or nobody said yes."""
    if batch.source is None:
        return
    rows = iter(bad)
    problems = [batch.failure or "", *map(bad_row_problem, islice(rows, MAX_TOLD)), *_rest(sum(1 for _ in rows))]
    _tell_failure(batch, f"{_name(batch)} was not made.", problems, "no", "Change the file and put it in again.")


def tell_end(batch: Batch, problems: list[str], more: int, charged: Charged) -> None:
    """How it has ended. `problems` names rows without an image, besides so many `more`; none: all have one."""
    if batch.source is None:
        return
    if problems:
        advice = (
            "Mend those rows and put the file in again under the same name: rows that have a picture are not made "
            "again, nor charged again."
        )
        _tell_failure(
            batch, f"Some rows of {_name(batch)} have no picture.", [*problems, *_rest(more)], charged, advice
        )
    else:
        tag_source(batch.source, "success")


def row_problem(line: int, id: str, message: str) -> str:
    """One row that was tried and failed."""
    return f"line {line} ({id}): {message}"


def bad_row_problem(row: BadRow) -> str:
    """One row that could not be tried."""
    faults = (Fault(fault.pointer[:200], fault.detail) for fault in row.faults)
    return f"line {row.line}: {'; '.join(problem_lines(tuple(faults)))}"


def _rest(more: int) -> list[str]:
    return [f"and {more} more rows"] if more else []


def _tell_failure(batch: Batch, subject: str, problems: list[str], charged: Charged, advice: str) -> None:
    if batch.source is not None:
        text = failed_text(subject, problems, charged=charged, advice=advice)
        report_failure(batch.stem, batch.batch_id, text)
        tag_source(batch.source, "fail")


def _name(batch: Batch) -> str:
    key, _ = key_and_version(batch.reference)
    return key
