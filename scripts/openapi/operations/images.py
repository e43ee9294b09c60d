"""Ask for an image, look at its task, get it."""

from plantain.jobs.answers import Task, TaskAccepted, TaskPage
from plantain.models import Model
from plantain.planning.answers import Estimate
from plantain.spending.prices import prices
from plantain.wishes.preset_wish import PresetRequest
from plantain.wishes.request import GenerateRequest
from scripts.openapi import parameters
from scripts.openapi.examples import FILLING, PRESET_VERSION, PROMPT, UPLOAD, price, task
from scripts.openapi.operation import Body, Good, Operation
from scripts.openapi.problems import TASK_ID

WISH = {"prompt": PROMPT, "aspectRatio": "16:9", "resolution": "2K", "outputFormat": "png"}

WISH_WITH_IMAGES = {
    "prompt": "This leaf in the style of that painting",
    "imageInput": [UPLOAD, "https://example.com/painting.jpg"],
}

WISH_BY_PRESET = {"preset": "quote-card", **FILLING, "mood": "bold", "resolution": "1K"}


def page(model: Model) -> TaskPage:
    """A last page."""
    return {"jobs": [task(model)], "cursor": None}


def estimate(model: Model) -> Estimate:
    """Of the first example of a wish."""
    return {
        "preset": None,
        "model": model.name,
        "prompt": PROMPT,
        "aspectRatio": "16:9",
        "resolution": "2K",
        "outputFormat": "png",
        "imageInputs": {"own": 0, "brand": 0},
        "price": price(model),
        "pricesAsOf": str(prices().as_of),
        "budgets": [
            {
                "scope": "caller",
                "name": "alice",
                "period": "2026-11-23",
                "limitUsd": 5.0,
                "usedUsd": 1.8,
                "leftUsd": 3.2,
                "resetsAt": "2026-11-24T00:00:00Z",
            }
        ],
        "paused": None,
    }


OPERATIONS = (
    Operation(
        "submit_job",
        "generateImage",
        "Ask for an image",
        "Takes the wish in and answers with the name of its task. The call takes up to 5 s: it waits that "
        "long for Kie.ai, so that a refusal is answered at once. One wish is sent to Kie.ai at most once, "
        "whatever happens; with an `Idempotency-Key`, sending the call again is safe as well. With `cache`, an "
        "image that you have had made of the same request is copied, and costs nothing.",
        {
            202: Good(
                "Taken in. Ask for its status after `Retry-After` seconds.",
                TaskAccepted,
                {"taskId": TASK_ID, "state": "pending"},
                headers="Location Retry-After Idempotency-Replayed",
            ),
            200: Good("What it would come to, where `dryRun` asked for that alone.", Estimate, estimate),
        },
        body=Body(
            (GenerateRequest, PresetRequest),
            {
                "text": WISH,
                "with-images": WISH_WITH_IMAGES,
                "preset": WISH_BY_PRESET,
                "preset-version": {"preset": f"quote-card@{PRESET_VERSION}", **FILLING},
                "cache": {"prompt": PROMPT, "cache": True},
            },
        ),
        parameters=(parameters.IDEMPOTENCY_KEY, parameters.DRY_RUN),
        problems="prompt-required invalid-wish not-uploaded unknown-preset missing-variable kie-refused "
        "claim-in-flight earlier-unsettled preset-broken idempotency-key-reused too-many-requests "
        "max-cost-exceeded budget-exceeded kie-key-missing misconfigured outcome-unknown creating-broke",
        links={"status": ("getStatus", "taskId"), "image": ("getImage", "taskId")},
    ),
    Operation(
        "estimate_job",
        "estimateImage",
        "See what an image would cost",
        "The price, what is left of the budgets that it would be paid from, the whole prompt, the settings. "
        "Nothing is reserved or sent, no `Idempotency-Key` is used up, and it costs nothing.",
        {200: Good("What would be asked of Kie.ai.", Estimate, estimate)},
        body=Body((GenerateRequest, PresetRequest), {"text": WISH, "preset": WISH_BY_PRESET}),
        problems="prompt-required invalid-wish not-uploaded unknown-preset missing-variable max-cost-exceeded "
        "preset-broken too-many-requests misconfigured estimating-broke",
    ),
    Operation(
        "get_status",
        "getStatus",
        "Look at a task",
        "How the task is doing and, once it is done, where its image is and what it cost. Asking costs "
        "nothing. While the task runs, `Retry-After` says when to ask again.",
        {200: Good("The task as it is now.", Task, task, headers="Retry-After")},
        parameters=(parameters.TASK_ID,),
        problems="task-id-required task-not-found reading-broke",
    ),
    Operation(
        "get_image",
        "getImage",
        "Get the picture",
        "Leads to the task's first image by a fresh link. Follow it without the API key: the link is signed.",
        {302: Good("The image is at `Location`, for an hour.", headers="Location")},
        parameters=(parameters.TASK_ID_IN_PATH,),
        problems="task-not-found image-not-ready task-failed image-gone reading-broke",
    ),
    Operation(
        "list_jobs",
        "listImages",
        "List your tasks",
        "Your own tasks, newest first. A page may hold fewer than `limit` although there are more: go by "
        "`cursor` alone.",
        {200: Good("A page of tasks.", TaskPage, page)},
        parameters=(parameters.LIMIT, parameters.CURSOR, parameters.STATE),
        problems="invalid-question reading-broke",
    ),
)
