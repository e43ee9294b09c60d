"""A schedule that is kept by a file: what lies in the inbox now is what runs, whatever an event has told."""

import datetime as dt

from plantain.documents import BadDocument, toml_document
from plantain.faults import Fault, InvalidRequest
from plantain.images.bucket import MARK
from plantain.inbox.bucket import InboxObject, inbox
from plantain.inbox.keys import SCHEDULES
from plantain.job import Source, now_ms
from plantain.refusals import KeptElsewhere
from plantain.reports.failed_text import failed_text
from plantain.reports.problem_lines import problem_lines
from plantain.reports.telling import tell_planned, tell_refused
from plantain.schedules.check import check_schedule
from plantain.schedules.keeping import drop, find, keep
from plantain.schedules.kept import Kept
from plantain.schedules.run import folder_of
from plantain.schedules.schedule import MAX_BYTES, SCHEDULE_NAME
from plantain.schedules.words import runs_on, text_in_force
from plantain.times import utc
from plantain.wishes.terms import terms_of

_LOOKS = 5


class StillChanging(Exception):
    """The file was overwritten each time it was read: the next event, or a retry, reads it again."""


def sync(key: str) -> None:
    """Let run what the file says now, or nothing if it is gone. Raises StillChanging.

    Order and number of calls do not matter: whoever finds the file changed after its own write, writes again.
    """
    found = inbox().find(key)
    for _ in range(_LOOKS):
        if found is None:
            _gone(key)
        elif found.size and MARK not in found.metadata:
            _there(found)
        seen, found = found, inbox().find(key)
        if seen == found:
            return
    raise StillChanging


def _gone(key: str) -> None:
    if name := _name_of(key):
        try:
            drop(name, "file")
        except KeptElsewhere:
            return  # it was never the file's


def _there(found: InboxObject) -> None:
    source = Source(found.key, found.version)
    text = None
    try:
        name = _name_of(found.key)
        if name is None:
            raise InvalidRequest(
                Fault("", f"must be called {SCHEDULES}<name>.toml, its name small letters, digits and hyphens")
            )
        kept = find(name)
        if kept is None or kept.version != found.version:
            content = inbox().read(found.reference, MAX_BYTES + 1)
            text = content.decode(errors="replace")
            kept = _checked(name, found.version, content)
        kept = keep(kept)
    except BadDocument as bad:
        _refuse(source, [str(bad)])
    except InvalidRequest as invalid:
        _refuse(source, problem_lines(invalid.faults, text))
    except KeptElsewhere as elsewhere:
        _refuse(source, [str(elsewhere)])
    else:
        tell_planned(source, text_in_force(kept.name, kept.schedule(), _now()))


def _checked(name: str, version: str, content: bytes) -> Kept:
    if len(content) > MAX_BYTES:
        raise BadDocument(f"has more than {MAX_BYTES // 1024} KB")
    terms = terms_of(folder_of(name), from_inbox=True)
    schedule = check_schedule(toml_document(content), terms, _now())
    return Kept(name, schedule.document, "file", now_ms(), version=version)


def _refuse(source: Source, problems: list[str]) -> None:
    """The schedule as it was goes on."""
    name = _name_of(source.key)
    earlier = find(name) if name else None
    schedule = earlier.schedule() if earlier else None
    goes_on = (
        f" Until then it runs as before: {runs_on(schedule, _now(), 1)}" if schedule and schedule.enabled else ""
    )
    text = failed_text(
        f"The schedule in {source.key} could not be used.",
        problems,
        charged="no",
        advice=f"Correct the file and drop it again.{goes_on}",
    )
    tell_refused(source, text)


def _name_of(key: str) -> str | None:
    name = key.removeprefix(SCHEDULES).removesuffix(".toml")
    # Key by key: to S3 schedules/./leaf.toml and schedules/leaf.toml/ are other objects than schedules/leaf.toml.
    return name if SCHEDULE_NAME.fullmatch(name) and key == f"{SCHEDULES}{name}.toml" else None


def _now() -> dt.datetime:
    return utc(now_ms())
