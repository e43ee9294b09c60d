"""Takes in what people drop into the inbox: starts it, tries it out, or says what is wrong with it."""

import os
from dataclasses import dataclass
from typing import Literal

from plantain.batches.intake import take_in_batch
from plantain.batches.reports import tell_status
from plantain.drops.dropped import Kind, caller_of, is_ignored, job_keys, kind_of, member_of
from plantain.drops.photo_folders import problems_of_folder
from plantain.drops.reading import ABOUT_FOLDERS, Unusable, document_of
from plantain.drops.reports import report_to_source as report
from plantain.drops.words import KINDS, OWN, refused_text, unknown_kind
from plantain.faults import InvalidRequest
from plantain.images.bucket import MARK
from plantain.inbox.bucket import InboxObject, inbox
from plantain.inbox.keys import pinned, stem_of
from plantain.job import Source, new_job
from plantain.jobs.intake import take_in, taken_in
from plantain.network.dns import dns
from plantain.planning.plan_text import plan_text
from plantain.planning.plans import Plan, plan_of_each
from plantain.presets.finding import presets_of_a_moment
from plantain.reports.telling import tell_planned, tell_refused
from plantain.wishes.file_wish import FileWish, as_written, check_file_wish
from plantain.wishes.terms import Terms, terms_of


@dataclass(frozen=True, slots=True)
class Taken:
    """What has become of a dropped file, with the ids of what was started."""

    outcome: Literal["ignored", "gone", "refused", "planned", "started"]
    ids: tuple[str, ...] = ()


class OneBucketOnly(Exception):
    """The deployment is wrong: what Plantain writes would come to it as wishes."""


def take_in_drop(source: Source) -> Taken:
    """What becomes of this very version, whatever lies at the key now. The same again changes nothing.

    Raises OneBucketOnly, ClaimInFlight and what AWS raises: then it may be called again.
    """
    if os.environ["INBOX_BUCKET"] == os.environ["IMAGES_BUCKET"]:
        raise OneBucketOnly("The inbox and the images must lie in two buckets; nothing is taken in.")
    if is_ignored(source.key):
        return Taken("ignored")
    found = inbox().find(pinned(source.key, source.version))
    if found is None:
        return Taken("gone")
    if found.size == 0:
        return Taken("ignored")
    try:
        return _taken(found, source)
    except Unusable as unusable:
        tell_refused(source, refused_text(source.key, unusable.problems, unusable.advice))
        return Taken("refused")


def _taken(found: InboxObject, source: Source) -> Taken:
    if MARK in found.metadata:
        raise Unusable("Plantain has made this file itself, and works from what people make.", advice=OWN)
    kind = kind_of(found.key)
    if kind == "unknown":
        raise Unusable(unknown_kind(found.key), advice=KINDS)
    return _taken_batch(source) if kind == "batch" else _taken_wish(found, kind, source)


def _taken_wish(found: InboxObject, kind: Kind, source: Source) -> Taken:
    terms = terms_of(caller_of(found.key), from_inbox=True)
    document = document_of(found, kind)
    try:
        wish = check_file_wish(document.fields, terms)
        return _planned(wish, terms, source) if wish.dry_run else _started(wish, terms, source)
    except InvalidRequest as invalid:
        folder = problems_of_folder(found.key, terms.model, presets_of_a_moment()) if kind == "image" else []
        if folder:
            raise Unusable(*folder, advice=ABOUT_FOLDERS) from None
        raise document.unusable(as_written(invalid.faults, document.fields)) from None


def _planned(wish: FileWish, terms: Terms, source: Source) -> Taken:
    plan = plan_of_each(wish, terms, dns())
    tell_planned(source, plan_text(source.key, plan, wish.count))
    return Taken("planned")


def _started(wish: FileWish, terms: Terms, source: Source) -> Taken:
    keys = job_keys(source, wish.count)
    # A repeat goes on with what was planned, whatever has become of preset and inputs.
    first = taken_in(terms.caller, keys[0])
    plan = Plan(first.job.request, first.job.preset) if first else plan_of_each(wish, terms, dns())
    jobs = []
    for number, key in enumerate(keys, start=1):
        job = new_job(
            terms.caller,
            "upload",
            plan.request,
            preset=plan.preset,
            source=source,
            stem=stem_of(source.key),
            group=None if wish.count == 1 else pinned(source.key, source.version),
            member=member_of(number, wish.count),
            copy=None if wish.count == 1 else number,
        )
        jobs.append((taken_in(terms.caller, key) or take_in(job, key)).job)
    report(jobs[0])
    return Taken("started", tuple(job.task_id for job in jobs))


def _taken_batch(source: Source) -> Taken:
    """Its rows are looked at by the execution that it starts, and its faults told when they are known."""
    reference = pinned(source.key, source.version)
    batch = take_in_batch(
        caller=caller_of(source.key),
        door="upload",
        reference=reference,
        name=source.key,
        idempotency_key=reference,
        source=source,
        stem=stem_of(source.key),
    )
    tell_status(batch)
    return Taken("started", (batch.batch_id,))
