"""What the HTTP API answers, field by field; openapi.yaml is made of this, down to the text under each field."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypedDict

from plantain.counters import Scope
from plantain.job import State
from plantain.task import Charged
from plantain.usage_question import GroupBy


@dataclass(frozen=True, slots=True)
class Format:
    """A JSON Schema `format`, for whoever makes a schema of these types; nothing checks it here."""

    name: str

    def __get_pydantic_json_schema__(self, core_schema: Any, handler: Any) -> dict[str, Any]:
        return {**handler(core_schema), "format": self.name}


Moment = Annotated[str, Format("date-time")]
Day = Annotated[str, Format("date")]
Url = Annotated[str, Format("uri")]
Uuid = Annotated[str, Format("uuid")]
KeptBy = Literal["file", "http", "template"]
OnMissed = Literal["skip", "run_once"]
Overlap = Literal["skip", "run"]
RunState = Literal["running", "done", "skipped-missed", "skipped-overlap", "skipped-budget"]
KieState = Literal["ok", "key-missing", "key-rejected", "unreachable"]
PausedBy = Literal["operator", "kie-credits"]


class TaskAccepted(TypedDict):
    """A wish that was taken in."""

    taskId: Uuid
    """The task's name from now on; sorts by time of creation."""
    state: State
    """Its state at this moment."""


class Cost(TypedDict):
    """What Kie.ai charged."""

    credits: float
    """Kie.ai's credits."""
    usd: float
    """The same in US dollars, at 200 credits a dollar."""


class TaskImage(TypedDict):
    """One image in the owner's bucket."""

    url: Url
    """A presigned link, good until `imageUrlExpiresAt`."""
    key: str
    """Its key in the images bucket."""
    contentType: str
    """What its bytes are, whatever was asked for."""
    size: int
    """Bytes."""
    width: int
    """Pixels."""
    height: int
    """Pixels."""
    sha256: str
    """Of its bytes, in hex."""


class PresetVersion(TypedDict):
    """A preset in one version of it."""

    name: str
    """The preset's name."""
    version: str
    """A short hash of what it said then; `name@version` asks for it again."""


class Task(TypedDict):
    """A task as its caller sees it. Fields may be added."""

    taskId: Uuid
    """The task's name."""
    state: State
    """`pending`: reserved, or waiting at Kie.ai. `processing`: Kie.ai draws, or the image is being copied.
    `success`: the image is in the bucket. `fail`: there will be no image."""
    imageUrl: Url | None
    """A presigned link to the owner's own copy, signed anew for each answer; null until `success`."""
    imageUrlExpiresAt: Moment | None
    """When that link ends, an hour from now."""
    failMsg: str | None
    """Why it failed, for people; Kie.ai's own words where they are the reason."""
    failCode: str | None
    """Why it failed, for programs."""
    costTime: int | None
    """How long Kie.ai worked, in milliseconds."""
    charged: Charged
    """Whether Kie.ai has billed it. `unknown`: it still runs, or its answer was lost; it is never sent again."""
    cost: Cost | None
    """What was charged, where Kie.ai has told."""
    cached: bool
    """Its image is a copy of one that you have had made of the same request before, and cost nothing."""
    late: bool
    """It takes longer than usual, and is looked at less often."""
    createdAt: Moment
    """When it was taken in."""
    endedAt: Moment | None
    """When it succeeded or failed."""
    preset: PresetVersion | None
    """The preset it was made from, if one was named."""
    prompt: str
    """As asked, trimmed; of a preset, what it came to."""
    aspectRatio: str
    """As asked."""
    resolution: str
    """As asked."""
    outputFormat: str
    """As asked."""
    images: list[TaskImage]
    """Every image that came: one, seldom more; empty until `success`."""


class TaskPage(TypedDict):
    """A page of tasks, newest first."""

    jobs: list[Task]
    """Each as in the status."""
    cursor: str | None
    """Pass it back for the next page; null when there is none."""


class Variable(TypedDict):
    """A place that a preset leaves open."""

    name: str
    """What to name it in `variables`."""
    description: str
    """What belongs there."""
    required: bool
    """Whether it must be given."""
    default: str | None
    """What stands there if it is not given; null if nothing does."""
    choices: list[str]
    """The only values it takes; empty if any will do."""
    maxLength: int | None
    """Characters; null if only the prompt's own limit holds."""


class PictureSettings(TypedDict):
    """What kind of picture it is to be."""

    aspectRatio: str
    """Width to height."""
    resolution: str
    """The long edge; decides the price."""
    outputFormat: str
    """How the image is to be encoded."""


class Preset(TypedDict):
    """A preset, but for its prompt."""

    name: str
    """What to name in `preset`."""
    version: str
    """A short hash of what it says now."""
    shipped: bool
    """Whether it came with Plantain; else it lies in the inbox, as `presets/<name>.toml`."""
    problems: list[str]
    """Why it cannot be used until its file is mended; empty if it can."""
    description: str
    """What it is for, in a line."""
    variables: list[Variable]
    """The places that it leaves open."""
    settings: PictureSettings | None
    """What it asks for where the request says nothing; null if it is broken."""
    style: str
    """How it is drawn."""
    mood: str
    """What it feels like."""
    composition: str
    """How it is laid out."""
    locked: list[str]
    """Fields that a request may not override."""
    minImages: int
    """How many images it needs at least in `imageInput`."""
    brandImages: int
    """How many images it adds itself; with those of the request they must not be more than the model takes."""
    brand: bool
    """Whether it keeps to the brand profile, where there is one."""


class PresetInFull(Preset):
    """A preset with its prompt."""

    prompt: str
    """The prompt with its `$variables`; empty if the preset is broken."""


class PresetList(TypedDict):
    """The presets there are."""

    presets: list[Preset]
    """By name: those shipped, and at most 80 of the owner's own."""


class ImageCount(TypedDict):
    """How many images are worked from."""

    own: int
    """Those of the request."""
    brand: int
    """Those that the preset adds."""


class Price(TypedDict):
    """What Kie.ai asks for one image."""

    credits: float
    """Kie.ai's credits."""
    usd: float
    """The same in US dollars, at 200 credits a dollar."""


class Resolved(TypedDict):
    """What would be asked of Kie.ai, and its price."""

    model: str
    """The model that would be asked."""
    prompt: str
    """The whole prompt, as Kie.ai would get it."""
    aspectRatio: str
    """As it would be asked."""
    resolution: str
    """As it would be asked."""
    outputFormat: str
    """As it would be asked."""
    imageInputs: ImageCount
    """How many images it would work from."""
    price: Price
    """What it would cost."""


class Rendering(Resolved):
    """What a preset comes to, filled so. Nothing was reserved, sent or charged."""

    preset: PresetVersion
    """The preset in the version that was filled; from now on it can be asked for as `name@version`."""


class BudgetLeft(TypedDict):
    """A budget that this would be paid from."""

    scope: Scope
    """Whose it is: the whole `stack`'s, or that of one `caller`, `preset` or `schedule`."""
    name: str
    """The name of that; `all` for the whole stack."""
    period: str
    """The UTC day or month that it holds for, as in `2026-11-23` or `2026-11`."""
    limitUsd: float
    """How much may be spent, in US dollars."""
    usedUsd: float
    """What is spent, or reserved for what is under way."""
    leftUsd: float
    """What is left."""
    resetsAt: Moment
    """When the next one begins, at nothing used."""


class CreatesPaused(TypedDict):
    """Nothing new is sent to Kie.ai for now: jobs wait as `pending`, lose nothing and cost nothing."""

    by: PausedBy
    """`operator`: whoever runs Plantain. `kie-credits`: the balance at Kie.ai is used up."""
    reason: str
    """Why, in the operator's or Kie.ai's own words; may be empty."""
    since: Moment
    """Since when."""


class Estimate(Resolved):
    """What a request would come to. Nothing was reserved, sent or charged."""

    preset: PresetVersion | None
    """The preset in the version that would be filled, if one was named."""
    pricesAsOf: Day
    """The day whose prices these are."""
    budgets: list[BudgetLeft]
    """What is left of each budget that it would be paid from, the widest first; empty where there are none."""
    paused: CreatesPaused | None
    """Why it would not be sent for now; null where creates are sent."""


class Used(TypedDict):
    """What was made, and what it has cost."""

    images: int
    """Images that are stored."""
    spentCredits: float
    """What Kie.ai has charged, in its credits."""
    spentUsd: float
    """The same in US dollars."""
    reservedCredits: float
    """What is under way, or may have been charged: its price, in credits."""
    reservedUsd: float
    """The same in US dollars."""


class UsedBy(Used):
    """The same of one caller, preset or schedule, or of one day."""

    name: str
    """Its name, or the day."""


class Usage(TypedDict):
    """What was made and spent in some days."""

    firstDay: Day
    """The first of the days, in UTC."""
    lastDay: Day
    """The last of them, which is one of them as well."""
    groupBy: GroupBy
    """What the rows are."""
    rows: list[UsedBy]
    """By days, the first of them first; else what has cost most first. What has used nothing has no row."""
    total: Used
    """Of all rows together."""


class ScheduleSummary(TypedDict):
    """A schedule in the list."""

    name: str
    """Its name."""
    keptBy: KeptBy
    """Where it is changed: by a `file` in the inbox, over `http` by you, or in the stack's `template`."""
    enabled: bool
    """False while it rests."""
    timezone: str
    """The zone of its times."""
    nextRuns: list[Moment]
    """The next five planned times, with the offset of the zone; empty while it rests, or where nobody knows."""


class ScheduleState(ScheduleSummary):
    """A schedule, with what it was given; what was left out is as if it had been given so."""

    cron: str | None
    """As given."""
    rate: str | None
    """As given."""
    at: str | None
    """As given."""
    start: str | None
    """As given."""
    end: str | None
    """As given."""
    flexibleMinutes: int
    """As given."""
    onMissed: OnMissed
    """As given."""
    overlap: Overlap
    """As given."""
    requests: list[dict[str, Any]]
    """As given."""


class ScheduleList(TypedDict):
    """Every schedule that concerns you, by name."""

    schedules: list[ScheduleSummary]
    """The owner's, and your own."""


class RunJob(TypedDict):
    """One job of a run."""

    taskId: Uuid
    """Its task; you may look at those of your own schedules."""
    state: State
    """As in the status."""
    charged: Charged
    """As in the status."""


class ScheduleRun(TypedDict):
    """One planned time, and what came of it."""

    plannedAt: Moment
    """When it was to begin."""
    begunAt: Moment
    """When it began, or was passed over."""
    state: RunState
    """`running`: it is asking for its jobs. `done`: it has asked. `skipped-missed`: it was delivered too late.
    `skipped-overlap`: the run before was still under way;
    `skipped-budget`: a budget had no room for all of it, `problems` say which."""
    jobs: list[RunJob]
    """What it has asked for, in the order of the requests; a job may show a moment late."""
    problems: list[str]
    """Why some request asked for nothing."""
    cost: Cost | None
    """What its jobs have cost so far, as far as Kie.ai has told."""


class RunPage(TypedDict):
    """A page of runs, the latest planned time first."""

    runs: list[ScheduleRun]
    """Each with its jobs."""
    cursor: str | None
    """Pass it back for the next page; null when there is none."""


class UploadPlace(TypedDict):
    """Where to put one image."""

    key: str
    """What to name in `imageInput` once the image is uploaded. It expires after 7 days."""
    uploadUrl: Url
    """PUT the image here: exactly as many bytes as announced."""
    headers: dict[str, str]
    """Send these headers with the PUT, as they are: they are signed."""
    uploadExpiresAt: Moment
    """Until when the PUT is taken, 15 minutes from now."""


class KieAccount(TypedDict):
    """Kie.ai's account that pays, as Kie.ai tells it at this moment."""

    state: KieState
    """`ok`, or why nothing is known: no key is set, Kie.ai does not accept it, or Kie.ai does not answer."""
    credits: float | None
    """What is left, in Kie.ai's credits; null unless `ok`."""
    usd: float | None
    """The same in US dollars."""


class Account(TypedDict):
    """Who calls, and whether a wish could be paid."""

    caller: str
    """The name of the API key."""
    time: Moment
    """The server's clock."""
    version: str
    """Plantain's version."""
    kie: KieAccount
    """The account that pays."""
    paused: CreatesPaused | None
    """Why jobs wait; null where creates are sent."""


class Health(TypedDict):
    """Whether the service stands."""

    version: str
    """Plantain's version."""
    kieKeyConfigured: bool
    """Whether the operator has set a key for Kie.ai; not whether Kie.ai accepts it."""


class CallbackHeard(TypedDict):
    """What Kie.ai expects of who hears its callback."""

    code: int
    """Always 200."""
    msg: str
    """Always `success`."""
