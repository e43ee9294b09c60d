"""A job: one wish for one image, from the door it came in by to the picture in the bucket."""

import re
import secrets
import time
import uuid
from dataclasses import dataclass
from typing import Literal, TypedDict, Unpack

from plantain.task import Charged

State = Literal["pending", "processing", "success", "fail"]
Door = Literal["http", "upload", "schedule"]

_TASK_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TASK_ID_LENGTH = 36
STATES: tuple[State, ...] = ("pending", "processing", "success", "fail")


@dataclass(frozen=True, slots=True)
class Request:
    """What to draw: the checked wish, in the words of the HTTP API.

    `cache`: an image that was made of the same wish will do (steps/replay_cache.py). `max_cost` is the most it may
    cost, in USD.
    """

    model: str
    prompt: str
    aspect_ratio: str
    resolution: str
    output_format: str
    image_input: tuple[str, ...] = ()
    cache: bool = False
    max_cost: float | None = None


@dataclass(frozen=True, slots=True)
class PresetRef:
    """The preset a request was made from; `version` is a short hash of what it said then."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Source:
    """The object in the inbox that asked for a job, and is told how it ended."""

    key: str
    version: str


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a job ended without an image. `code` is stable, `message` is for people."""

    code: str
    message: str
    charged: Charged


@dataclass(frozen=True, slots=True)
class Balance:
    """The credits left at Kie.ai at some time, ms since the epoch."""

    credits: float
    at: int


@dataclass(frozen=True, slots=True)
class StoredImage:
    """One image in our bucket. Sizes in bytes and pixels; `sha256` in hex."""

    key: str
    content_type: str
    size: int
    sha256: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The whole record. Times are ms since the epoch."""

    task_id: str
    caller: str
    door: Door
    request: Request
    created_at: int

    # Where it comes from. Jobs that were asked for together share a group (a batch, a run of a schedule, a file
    # that asks for several), each with its place in it; `copy` is which of several images of one wish it makes.
    preset: PresetRef | None = None
    source: Source | None = None
    group: str | None = None
    member: str | None = None
    copy: int | None = None

    # Where its images lie and what they are called, if that is not the usual (images/bucket.py).
    folder: str | None = None
    stem: str | None = None

    state: State = "pending"

    # What the replay cache knows its wish by, and the job whose image it is given, or waits for, in place of its
    # own (steps/replay_cache.py).
    cache_claim: str | None = None
    cached_from: str | None = None

    # The first of its input images as uploaded to Kie.ai since then, where that is asked for (steps/handover.py).
    handed_over: tuple[str, ...] = ()
    handed_over_at: int | None = None

    # Its slot in the account's pace (pace/create_pace.py), how often it has come too late for one, and how often
    # Kie.ai has put it off.
    create_slot_at: int | None = None
    create_in_front: bool = False
    create_slots_missed: int = 0
    create_refusals: int = 0

    # The intent to create: `create_attempt` tells one run of the step from another. The credits stand in the
    # budgets of that UTC day until it is known what it has cost (spending/ledger.py).
    create_started_at: int | None = None
    create_attempt: str | None = None
    reserved_credits: float | None = None
    reserved_on: str | None = None
    kie_task_id: str | None = None
    accepted_at: int | None = None

    # Since when the answer to its create is known to be lost, and the credits left at Kie.ai some time before it
    # was sent, then, and when it was given up.
    unknown_since: int | None = None
    balance_before: Balance | None = None
    balance_at_loss: float | None = None
    balance_at_end: float | None = None

    # How often an operator has opened it again after a failure, and when last.
    reopened: int | None = None
    reopened_at: int | None = None

    # Kie.ai rings with the secret: when it did and nobody has looked since, the tasks it named where the job knew
    # none, and what wakes the execution that waits for it.
    callback_secret: str | None = None
    rung_at: int | None = None
    rung_kie_task_ids: frozenset[str] = frozenset()
    wait_token: str | None = None

    # What the looks have found; `cost_time` is ms of Kie's own work.
    timeout_seen_at: int | None = None
    late: bool = False
    unusable_seen_at: int | None = None
    result_urls: tuple[str, ...] = ()
    cost_time: int | None = None
    credits: float | None = None

    # How it has ended.
    images: tuple[StoredImage, ...] = ()
    failure: Failure | None = None
    ended_at: int | None = None

    @property
    def is_final(self) -> bool:
        """Nothing changes a job that has succeeded or failed; an operator alone opens a failed one again."""
        return self.state in ("success", "fail")

    @property
    def execution_name(self) -> str:
        """The execution that carries it now. Names are used once: reopened, the job has another."""
        return f"{self.task_id}-{self.reopened}" if self.reopened else self.task_id

    @property
    def is_interactive(self) -> bool:
        """Somebody waits for this very image: it goes before what files, schedules and batches ask for."""
        return self.door == "http" and self.group is None

    @property
    def schedule(self) -> str | None:
        """The schedule that asked for it; its images are called by its name."""
        return self.stem if self.door == "schedule" else None

    @property
    def is_cached(self) -> bool:
        """It is given the image of an earlier job, and nothing is asked of Kie.ai."""
        return self.cached_from is not None and self.create_started_at is None

    @property
    def is_named(self) -> bool:
        """It knows no task of its own, but Kie.ai has rung for one that may be."""
        return self.kie_task_id is None and bool(self.rung_kie_task_ids)

    @property
    def is_unsettled(self) -> bool:
        """It has failed, and has or may have cost money: also one that seemed not to have, but Kie.ai rang."""
        return self.state == "fail" and (self.charged != "no" or self.is_named)

    @property
    def charged(self) -> Charged:
        """What this job cost at Kie.ai, by what is known of it so far."""
        if self.failure:
            return self.failure.charged
        if self.is_cached:
            return "no"
        if self.result_urls or self.images or self.credits:
            return "yes"
        return "unknown" if self.create_started_at else "no"


def new_task_id() -> str:
    """A UUIDv7 (RFC 9562): sortable by creation time, 74 random bits that nobody guesses."""
    value = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 7 << 76  # version
    value = value & ~(0x3 << 62) | 2 << 62  # variant
    return str(uuid.UUID(int=value))


def is_task_id(text: str) -> bool:
    """Whether this can be an id of ours at all."""
    return _TASK_ID.fullmatch(text) is not None


def task_id_of(execution_name: str) -> str:
    """The job that an execution of this name carries."""
    return execution_name[:_TASK_ID_LENGTH]


class Origin(TypedDict, total=False):
    """What a job may know of where it came from; the fields are those of Job."""

    preset: PresetRef | None
    source: Source | None
    group: str | None
    member: str | None
    copy: int | None
    folder: str | None
    stem: str | None


def new_job(caller: str, door: Door, request: Request, **origin: Unpack[Origin]) -> Job:
    """A fresh wish, not yet reserved in the table."""
    return Job(
        task_id=new_task_id(),
        caller=caller,
        door=door,
        request=request,
        created_at=now_ms(),
        callback_secret=secrets.token_urlsafe(24),
        **origin,
    )


def now_ms() -> int:
    """The wall clock, ms since the epoch."""
    return time.time_ns() // 1_000_000
