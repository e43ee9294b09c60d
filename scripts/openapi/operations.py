"""The operations, in the order in which a caller meets them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from plantain.batches.answers import BatchAccepted, BatchStatus
from plantain.batches.request import BatchRequest
from plantain.inbox.answers import UploadPlace
from plantain.inbox.upload_request import UploadRequest
from plantain.jobs.answers import Task, TaskAccepted, TaskPage
from plantain.kie.answers import Account, Health
from plantain.models import Model
from plantain.planning.answers import Estimate, Rendering
from plantain.presets.answers import PresetInFull, PresetList
from plantain.schedules.answers import RunPage, ScheduleList, ScheduleState
from plantain.schedules.schedule import ScheduleRequest
from plantain.spending.answers import Usage
from plantain.wishes.request import GenerateRequest
from plantain.wishes.wish import PresetFilling, PresetRequest
from scripts.openapi import examples
from scripts.openapi.parameters import (
    BATCH_ID,
    BATCH_KEY,
    CURSOR,
    DRY_RUN,
    FIRST_DAY,
    GROUP_BY,
    IDEMPOTENCY_KEY,
    IF_NONE_MATCH,
    LAST_DAY,
    LIMIT,
    PRESET_NAME,
    RUNS_CURSOR,
    RUNS_LIMIT,
    SCHEDULE_NAME,
    STATE,
    TASK_ID,
    TASK_ID_IN_PATH,
)
from scripts.openapi.schemas import Schema, ref

Shown = tuple[Schema, Callable[[Model], Any]]


@dataclass(frozen=True, kw_only=True)
class Also:
    """Another good end, with what `answer` and `headers` are of an Operation."""

    meaning: str
    headers: tuple[str, ...]
    answer: Shown | None = None


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One route. `answer` is the schema and the example, None where there is no JSON; `also`, other good ends."""

    method: str
    path: str
    name: str
    tag: str
    summary: str
    text: str
    status: int
    meaning: str
    answer: Shown | None = None
    also: Mapping[int, Also] = field(default_factory=dict)
    body: tuple[type | tuple[type, ...], Mapping[str, Any]] | None = None
    parameters: tuple[Any, ...] = ()
    headers: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    links: Mapping[str, Any] = field(default_factory=dict)
    open: bool = False


def _always(value: Any) -> Callable[[Model], Any]:
    return lambda _: value


_OF_A_NEW_TASK = {
    "status": {"operationId": "getStatus", "parameters": {"taskId": "$response.body#/taskId"}},
    "image": {"operationId": "getImage", "parameters": {"taskId": "$response.body#/taskId"}},
}
_OF_A_NEW_BATCH = {
    "status": {"operationId": "getBatch", "parameters": {"batchId": "$response.body#/batchId"}},
    "confirm": {"operationId": "confirmBatch", "parameters": {"batchId": "$response.body#/batchId"}},
}

_RATE = ("RateLimit", "RateLimit-Policy")

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        method="post",
        path="/api/images/generate",
        name="generateImage",
        tag="Images",
        summary="Ask for an image",
        text="Takes the wish in and answers with the name of its task. The call takes up to 5 s: it waits that "
        "long for Kie.ai, so that a refusal is answered at once. One wish is sent to Kie.ai at most once, "
        "whatever happens; with an `Idempotency-Key`, sending the call again is safe as well. With `cache`, an "
        "image that you have had made of the same request is copied, and costs nothing.",
        status=202,
        meaning="Taken in. Ask for its status after `Retry-After` seconds.",
        answer=(ref(TaskAccepted), _always(examples.ACCEPTED)),
        also={
            200: Also(
                meaning="What it would come to, where `dryRun` asked for that alone.",
                headers=_RATE,
                answer=(ref(Estimate), examples.estimate),
            )
        },
        body=(
            (GenerateRequest, PresetRequest),
            {
                "text": examples.WISH,
                "with-images": examples.WISH_WITH_IMAGES,
                "preset": examples.WISH_BY_PRESET,
                "preset-version": examples.WISH_BY_VERSION,
                "cache": examples.WISH_WITH_CACHE,
            },
        ),
        parameters=(IDEMPOTENCY_KEY, DRY_RUN),
        headers=("Location", "Retry-After", "Idempotency-Replayed", *_RATE),
        problems=(
            *(
                "prompt-required",
                "invalid-wish",
                "not-uploaded",
                "unknown-preset",
                "missing-variable",
                "kie-refused",
            ),
            *("claim-in-flight", "earlier-unsettled", "preset-broken", "too-large"),
            *(
                "idempotency-key-reused",
                "too-many-requests",
                "max-cost-exceeded",
                "budget-exceeded",
                "kie-key-missing",
                "misconfigured",
                "outcome-unknown",
            ),
            "creating-broke",
        ),
        links=_OF_A_NEW_TASK,
    ),
    Operation(
        method="post",
        path="/api/images/estimate",
        name="estimateImage",
        tag="Images",
        summary="See what an image would cost",
        text="The price, what is left of the budgets that it would be paid from, the whole prompt, the settings. "
        "Nothing is reserved or sent, no `Idempotency-Key` is used up, and it costs nothing.",
        status=200,
        meaning="What would be asked of Kie.ai.",
        answer=(ref(Estimate), examples.estimate),
        body=((GenerateRequest, PresetRequest), {"text": examples.WISH, "preset": examples.WISH_BY_PRESET}),
        headers=_RATE,
        problems=(
            *("prompt-required", "invalid-wish", "not-uploaded", "unknown-preset", "missing-variable"),
            *("max-cost-exceeded", "preset-broken", "too-large", "too-many-requests", "misconfigured"),
            "estimating-broke",
        ),
    ),
    Operation(
        method="get",
        path="/api/images/status",
        name="getStatus",
        tag="Images",
        summary="Look at a task",
        text="How the task is doing and, once it is done, where its image is and what it cost. Asking costs "
        "nothing. While the task runs, `Retry-After` says when to ask again.",
        status=200,
        meaning="The task as it is now.",
        answer=(ref(Task), examples.task),
        parameters=(TASK_ID,),
        headers=("Retry-After",),
        problems=("task-id-required", "task-not-found", "reading-broke"),
    ),
    Operation(
        method="get",
        path="/api/images/{taskId}/image",
        name="getImage",
        tag="Images",
        summary="Get the picture",
        text="Leads to the task's first image by a fresh link. Follow it without the API key: the link is signed.",
        status=302,
        meaning="The image is at `Location`, for an hour.",
        parameters=(TASK_ID_IN_PATH,),
        headers=("Location",),
        problems=("task-not-found", "image-not-ready", "task-failed", "image-gone", "reading-broke"),
    ),
    Operation(
        method="get",
        path="/api/images",
        name="listImages",
        tag="Images",
        summary="List your tasks",
        text="Your own tasks, newest first. A page may hold fewer than `limit` although there are more: go by "
        "`cursor` alone.",
        status=200,
        meaning="A page of tasks.",
        answer=(ref(TaskPage), examples.page),
        parameters=(LIMIT, CURSOR, STATE),
        problems=("invalid-question", "reading-broke"),
        links={"next": {"operationId": "listImages", "parameters": {"cursor": "$response.body#/cursor"}}},
    ),
    Operation(
        method="get",
        path="/api/presets",
        name="listPresets",
        tag="Presets",
        summary="List the presets",
        text="Those that came with Plantain, and the owner's own, which lie in the inbox as "
        "`presets/<name>.toml`. A broken one is in the list as well, with what is wrong with it.",
        status=200,
        meaning="The presets, by name.",
        answer=(ref(PresetList), _always(examples.PRESETS)),
        problems=("presets-broke",),
    ),
    Operation(
        method="get",
        path="/api/presets/{name}",
        name="getPreset",
        tag="Presets",
        summary="Look at a preset",
        text="As it is now; as `name@version`, as it was when it was used.",
        status=200,
        meaning="The preset, with its prompt.",
        answer=(ref(PresetInFull), _always(examples.PRESET)),
        parameters=(PRESET_NAME,),
        problems=("preset-not-found", "presets-broke"),
    ),
    Operation(
        method="post",
        path="/api/presets/{name}/render",
        name="renderPreset",
        tag="Presets",
        summary="See what a preset comes to",
        text="A dry run: the whole prompt, the settings and the price. Nothing is reserved or sent, and it costs "
        "nothing. The version is kept, so that `name@version` asks for exactly this whatever becomes of the file.",
        status=200,
        meaning="What would be asked of Kie.ai.",
        answer=(ref(Rendering), examples.rendering),
        body=(PresetFilling, {"filled": examples.FILLING, "with-images": examples.FILLING_WITH_IMAGES}),
        parameters=(PRESET_NAME,),
        headers=_RATE,
        problems=(
            *("invalid-filling", "missing-variable", "preset-not-found", "preset-broken", "too-large"),
            *("too-many-requests", "max-cost-exceeded", "misconfigured", "rendering-broke"),
        ),
    ),
    Operation(
        method="put",
        path="/api/schedules/{name}",
        name="putSchedule",
        tag="Schedules",
        summary="Keep a schedule",
        text="New, or in the place of what you had put there. Its requests are wishes as `generateImage` takes "
        "them, and its jobs are yours. Only keys of your own uploads may be named, which expire after 7 days. A "
        "schedule that is kept by a file, by another caller or by the stack's template is changed there alone.",
        status=200,
        meaning="It is kept, and runs at `nextRuns`.",
        answer=(ref(ScheduleState), _always(examples.SCHEDULE)),
        body=(ScheduleRequest, {"weekly": examples.SCHEDULE_WISH, "daily": examples.DAILY_WISH}),
        parameters=(SCHEDULE_NAME,),
        headers=_RATE,
        problems=("invalid-schedule", "kept-elsewhere", "too-large", "too-many-requests", "keeping-broke"),
    ),
    Operation(
        method="get",
        path="/api/schedules/{name}",
        name="getSchedule",
        tag="Schedules",
        summary="Look at a schedule",
        text="One of the owner's, or of your own.",
        status=200,
        meaning="The schedule, and when it runs next.",
        answer=(ref(ScheduleState), _always(examples.SCHEDULE)),
        parameters=(SCHEDULE_NAME,),
        problems=("schedule-not-found", "schedules-broke"),
    ),
    Operation(
        method="delete",
        path="/api/schedules/{name}",
        name="deleteSchedule",
        tag="Schedules",
        summary="End a schedule",
        text="It runs no more. What runs already runs to its end, and what was made stays.",
        status=204,
        meaning="It has ended.",
        parameters=(SCHEDULE_NAME,),
        problems=("schedule-not-found", "kept-elsewhere", "ending-broke"),
    ),
    Operation(
        method="get",
        path="/api/schedules",
        name="listSchedules",
        tag="Schedules",
        summary="List the schedules",
        text="The owner's, kept by files and by the stack's template, and your own. One that was put a moment ago "
        "may be missing still.",
        status=200,
        meaning="The schedules, by name.",
        answer=(ref(ScheduleList), _always(examples.SCHEDULES)),
        problems=("schedules-broke",),
    ),
    Operation(
        method="get",
        path="/api/schedules/{name}/runs",
        name="listRuns",
        tag="Schedules",
        summary="List the runs of a schedule",
        text="Each planned time with what came of it and what it has cost, the latest first.",
        status=200,
        meaning="A page of runs.",
        answer=(ref(RunPage), examples.runs),
        parameters=(SCHEDULE_NAME, RUNS_LIMIT, RUNS_CURSOR),
        problems=("invalid-question", "schedule-not-found", "schedules-broke"),
        links={"next": {"operationId": "listRuns", "parameters": {"cursor": "$response.body#/cursor"}}},
    ),
    Operation(
        method="post",
        path="/api/batches",
        name="submitBatch",
        tag="Batches",
        summary="Start a batch",
        text="Many wishes, a row each: in the call as `items`, or in an uploaded file as `key`. All rows are "
        "checked before anything is spent; those that cannot be made are named by line and stop no other. A row "
        "is a wish as `generateImage` takes it, names in snake_case allowed, with an `id` if you like; beside a "
        "`preset`, what is no setting is a variable of it. Under the same `name`, a row (its id and its wish) "
        "that has an image, or may have been paid for, is not made again.",
        status=202,
        meaning="Taken in. Ask for its status after `Retry-After` seconds.",
        answer=(ref(BatchAccepted), _always(examples.BATCH_ACCEPTED)),
        body=(BatchRequest, {"items": examples.BATCH_OF_ITEMS, "file": examples.BATCH_OF_A_FILE}),
        parameters=(BATCH_KEY,),
        headers=("Location", "Retry-After", "Idempotency-Replayed", *_RATE),
        problems=(
            *("invalid-batch", "claim-in-flight", "too-large", "idempotency-key-reused", "too-many-requests"),
            "batch-starting-broke",
        ),
        links=_OF_A_NEW_BATCH,
    ),
    Operation(
        method="get",
        path="/api/batches/{batchId}",
        name="getBatch",
        tag="Batches",
        summary="Look at a batch",
        text="How far its rows are, what is wrong with those that cannot be made, its price and its cost; once it "
        "is `done`, where `results.jsonl` is. Of your own batches, and of those that were dropped into the inbox.",
        status=200,
        meaning="The batch as it is now.",
        answer=(ref(BatchStatus), examples.batch),
        parameters=(BATCH_ID,),
        headers=("Retry-After",),
        problems=("batch-not-found", "batch-reading-broke"),
    ),
    Operation(
        method="post",
        path="/api/batches/{batchId}/confirm",
        name="confirmBatch",
        tag="Batches",
        summary="Say yes to the price of a batch",
        text="One whose price is above the operator's limit waits seven days for this, in the state `waiting`. "
        "Said again, or to one that needs none, it changes nothing.",
        status=202,
        meaning="It runs.",
        answer=(ref(BatchAccepted), _always(examples.BATCH_CONFIRMED)),
        parameters=(BATCH_ID,),
        headers=("Location", "Retry-After"),
        problems=("batch-not-found", "batch-not-ready", "batch-ended", "batch-confirming-broke"),
    ),
    Operation(
        method="post",
        path="/api/uploads",
        name="createUpload",
        tag="Uploads",
        summary="Upload an image to work from, or the rows of a batch",
        text="Gives a key and a link. PUT the file to the link with the headers given, then name the key: of an "
        "image (up to 30 MB) in `imageInput`, of CSV or JSON Lines (up to 20 MB) as a batch's `key`. Uploads are "
        "yours alone and expire after 7 days.",
        status=201,
        meaning="A place for the file.",
        answer=(ref(UploadPlace), _always(examples.PLACE)),
        body=(UploadRequest, {"png": examples.UPLOAD_WISH, "csv": examples.ROWS_WISH}),
        headers=_RATE,
        problems=("invalid-upload", "too-large", "too-many-requests", "uploading-broke"),
    ),
    Operation(
        method="get",
        path="/api/usage",
        name="getUsage",
        tag="Service",
        summary="See what was made and spent",
        text="By days, callers, presets or schedules: your own, with an operator's API key everybody's. An image "
        "counts on the day on which it was sent to Kie.ai. What was made a moment ago may be missing still.",
        status=200,
        meaning="Rows, and their total.",
        answer=(ref(Usage), examples.usage),
        parameters=(FIRST_DAY, LAST_DAY, GROUP_BY),
        headers=_RATE,
        problems=("invalid-days", "operators-only", "too-many-requests", "misconfigured", "usage-broke"),
    ),
    Operation(
        method="get",
        path="/api/account",
        name="getAccount",
        tag="Service",
        summary="See who you are and what is left",
        text="The caller's name, the server's clock, the state of the Kie.ai account that pays, and whether "
        "creates are paused. When Kie.ai does not answer, its state says so and the call still succeeds.",
        status=200,
        meaning="The account.",
        answer=(ref(Account), _always(examples.ACCOUNT)),
        headers=_RATE,
        problems=("too-many-requests", "account-broke"),
    ),
    Operation(
        method="get",
        path="/api/health",
        name="getHealth",
        tag="Service",
        summary="See whether the service stands",
        text="Open to all, so it tells little. Kie.ai is not asked.",
        status=200,
        meaning="It stands.",
        answer=(ref(Health), _always(examples.HEALTH)),
        problems=("health-broke",),
        open=True,
    ),
    Operation(
        method="get",
        path="/openapi.json",
        name="getOpenapi",
        tag="Service",
        summary="Read this document",
        text="This description, with the limits of the model that this installation asks.",
        status=200,
        meaning="An OpenAPI 3.1 document.",
        answer=({"type": "object"}, _always({"openapi": "3.1.0", "info": {}, "paths": {}})),
        also={304: Also(meaning="You have it already.", headers=("ETag",))},
        parameters=(IF_NONE_MATCH,),
        headers=("ETag",),
        problems=("document-broke",),
        open=True,
    ),
)
