"""Examples of what is asked and answered; those of tasks are made by the code that answers."""

from typing import Any

from plantain.batches.answers import BatchAccepted, BatchStatus
from plantain.images.bucket import Images, Link
from plantain.inbox.answers import UploadPlace
from plantain.job import Job, Request, StoredImage
from plantain.jobs.answers import TaskAccepted, TaskPage
from plantain.jobs.view import job_view
from plantain.kie.answers import Account, Health
from plantain.models import Model
from plantain.planning.answers import Estimate, Rendering
from plantain.presets.answers import Preset, PresetInFull, PresetList
from plantain.schedules.answers import RunPage, ScheduleList, ScheduleState
from plantain.spending.answers import Usage, Used
from plantain.spending.prices import prices
from plantain.times import iso
from plantain.version import VERSION
from scripts.openapi.problems import BATCH_ID, TASK_ID

CREATED = 1_795_407_905_285  # ms
PROMPT = "A plantain leaf in the morning light"
UPLOAD = "uploads/alice/01a206a5-30c2-7a11-8f43-09be11d0a7c5.png"
_KEY = f"images/2026/11/23/{TASK_ID}.png"
_S3 = "s3.eu-central-1.amazonaws.com"


class _Links(Images):
    def link(self, key: str) -> Link:
        return Link(f"https://your-images.{_S3}/{key}?X-Amz-Signature=0a1b2c", CREATED + 3_612_000)


def _credits(model: Model) -> float:
    return prices().by_model[model.name]["2K"]


def _job(model: Model) -> Job:
    image = StoredImage(_KEY, "image/png", 126_109, "9f86d081884c7d65" * 4, 2048, 1152)
    return Job(
        task_id=TASK_ID,
        caller="alice",
        door="http",
        request=Request(model.name, PROMPT, "16:9", "2K", "png"),
        created_at=CREATED,
        state="success",
        cost_time=12_000,
        credits=_credits(model),
        images=(image,),
        ended_at=CREATED + 11_835,
    )


def task(model: Model) -> Any:
    """The status of a success."""
    return job_view(_job(model), _Links("", None))


def page(model: Model) -> TaskPage:
    """A last page."""
    return {"jobs": [task(model)], "cursor": None}


WISH = {"prompt": PROMPT, "aspectRatio": "16:9", "resolution": "2K", "outputFormat": "png"}
WISH_WITH_IMAGES = {
    "prompt": "This leaf in the style of that painting",
    "imageInput": [UPLOAD, "https://example.com/painting.jpg"],
}
WISH_WITH_CACHE = {"prompt": PROMPT, "cache": True}
_VERSION = "686902dfe242"
FILLING = {"variables": {"quote": "Simple is better than complex.", "author": "Tim Peters"}}
FILLING_WITH_IMAGES = {"variables": {"scene": "The leaf lies on the table"}, "imageInput": [UPLOAD, UPLOAD]}
WISH_BY_PRESET = {"preset": "quote-card", **FILLING, "mood": "bold", "resolution": "1K"}
WISH_BY_VERSION = {"preset": f"quote-card@{_VERSION}", **FILLING}
_SUMMARY: Preset = {
    "name": "quote-card",
    "version": _VERSION,
    "shipped": True,
    "problems": [],
    "description": "A quotation set as a card to share, with its author below",
    "variables": [
        {
            "name": "quote",
            "description": "The words of the quotation; the card adds its quotation marks",
            "required": True,
            "default": None,
            "choices": [],
            "maxLength": 400,
        },
        {
            "name": "author",
            "description": "Who said it",
            "required": False,
            "default": None,
            "choices": [],
            "maxLength": 80,
        },
    ],
    "settings": {"aspectRatio": "1:1", "resolution": "2K", "outputFormat": "png"},
    "style": "minimalist",
    "mood": "premium, calm",
    "composition": "centered",
    "locked": [],
    "minImages": 0,
    "brandImages": 1,
    "brand": True,
}
PRESET: PresetInFull = {
    **_SUMMARY,
    "prompt": 'A typographic card that shows one quotation: "$quote"\nBelow it, smaller: "$author"',
}
PRESETS: PresetList = {"presets": [_SUMMARY]}


def rendering(model: Model) -> Rendering:
    """What the preset comes to, filled so."""
    credits = _credits(model)
    return {
        "preset": {"name": "quote-card", "version": _VERSION},
        "model": model.name,
        "prompt": 'A typographic card that shows one quotation: "Simple is better than complex."\n'
        'Below it, smaller: "Tim Peters"\n\nStyle: minimalist.\n\nMood: premium, calm.\n\nComposition: centered.',
        "aspectRatio": "1:1",
        "resolution": "2K",
        "outputFormat": "png",
        "imageInputs": {"own": 0, "brand": 1},
        "price": {"credits": credits, "usd": prices().usd(credits)},
    }


def estimate(model: Model) -> Estimate:
    """Of the first example of a wish."""
    credits = _credits(model)
    return {
        "preset": None,
        "model": model.name,
        "prompt": PROMPT,
        "aspectRatio": "16:9",
        "resolution": "2K",
        "outputFormat": "png",
        "imageInputs": {"own": 0, "brand": 0},
        "price": {"credits": credits, "usd": prices().usd(credits)},
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


def usage(model: Model) -> Usage:
    """Of two days, with an image under way."""
    credits, usd = _credits(model), prices().usd
    first: Used = {
        "images": 12,
        "spentCredits": 12 * credits,
        "spentUsd": usd(12 * credits),
        "reservedCredits": 0,
        "reservedUsd": 0,
    }
    second: Used = {
        "images": 3,
        "spentCredits": 3 * credits,
        "spentUsd": usd(3 * credits),
        "reservedCredits": credits,
        "reservedUsd": usd(credits),
    }
    return {
        "firstDay": "2026-11-22",
        "lastDay": "2026-11-23",
        "groupBy": "day",
        "rows": [{"name": "2026-11-22", **first}, {"name": "2026-11-23", **second}],
        "total": {
            "images": 15,
            "spentCredits": 15 * credits,
            "spentUsd": usd(15 * credits),
            "reservedCredits": credits,
            "reservedUsd": usd(credits),
        },
    }


SCHEDULE_WISH = {
    "cron": "0 9 ? * MON *",
    "timezone": "Europe/Berlin",
    "onMissed": "run_once",
    "requests": [
        {
            "preset": "quote-card",
            "variables": {"quote": {"rotate": ["Less is more.", "Simple is better."]}, "author": "Week $week"},
        }
    ],
}
DAILY_WISH = {"rate": "1 day", "requests": [{"prompt": "A plantain leaf as it looks on $date", "count": 2}]}
SCHEDULE: ScheduleState = {
    "name": "weekly-quote",
    "keptBy": "http",
    "enabled": True,
    "timezone": "Europe/Berlin",
    "nextRuns": [f"2026-{day}T09:00:00+01:00" for day in ("11-30", "12-07", "12-14", "12-21", "12-28")],
    "cron": "0 9 ? * MON *",
    "rate": None,
    "at": None,
    "start": None,
    "end": None,
    "flexibleMinutes": 0,
    "onMissed": "run_once",
    "overlap": "skip",
    "requests": SCHEDULE_WISH["requests"],  # type: ignore[typeddict-item]
}
SCHEDULES: ScheduleList = {
    "schedules": [
        {
            "name": SCHEDULE["name"],
            "keptBy": SCHEDULE["keptBy"],
            "enabled": SCHEDULE["enabled"],
            "timezone": SCHEDULE["timezone"],
            "nextRuns": SCHEDULE["nextRuns"],
        }
    ]
}


def runs(model: Model) -> RunPage:
    """A run that was made, and one that was not."""
    return {
        "runs": [
            {
                "plannedAt": "2026-11-30T08:00:00Z",
                "begunAt": iso(1_796_025_602_117),
                "state": "skipped-overlap",
                "jobs": [],
                "problems": [],
                "cost": None,
            },
            {
                "plannedAt": "2026-11-23T08:00:00Z",
                "begunAt": iso(1_795_420_803_245),
                "state": "done",
                "jobs": [{"taskId": TASK_ID, "state": "success", "charged": "yes"}],
                "problems": [],
                "cost": {"credits": _credits(model), "usd": prices().usd(_credits(model))},
            },
        ],
        "cursor": None,
    }


ROWS = "uploads/alice/01a206b0-11f4-7e02-b5a8-6c1d7f0e9a33.csv"
BATCH_OF_ITEMS = {
    "name": "spring cards",
    "items": [
        {"id": "leaf", "prompt": PROMPT, "resolution": "1K"},
        {"id": "tim", "preset": "quote-card", "quote": "Simple is better than complex.", "author": "Tim Peters"},
    ],
}
BATCH_OF_A_FILE = {"name": "spring cards", "key": ROWS}
BATCH_ACCEPTED: BatchAccepted = {"batchId": BATCH_ID, "state": "checking"}
BATCH_CONFIRMED: BatchAccepted = {"batchId": BATCH_ID, "state": "running"}


def batch(model: Model) -> BatchStatus:
    """A batch that is done, with a row that could not be made and one that failed."""
    there = f"https://your-images.{_S3}/batches/{BATCH_ID}"
    price, cost = 3 * _credits(model), 2 * _credits(model)
    return {
        "batchId": BATCH_ID,
        "state": "done",
        "name": "spring cards",
        "rows": 4,
        "reused": 0,
        "counts": {"pending": 0, "processing": 0, "success": 2, "fail": 1, "invalid": 1},
        "badRows": [
            {
                "row": 3,
                "line": 4,
                "errors": [{"pointer": "/resolution", "detail": f"must be one of {', '.join(model.resolutions)}"}],
            }
        ],
        "errorsUrl": f"{there}/errors.jsonl?X-Amz-Signature=0a1b2c",
        "price": {"credits": price, "usd": prices().usd(price)},
        "cost": {"credits": cost, "usd": prices().usd(cost)},
        "failMsg": None,
        "resultsUrl": f"{there}/results.jsonl?X-Amz-Signature=0a1b2c",
        "createdAt": iso(CREATED),
        "endedAt": iso(CREATED + 41_210),
    }


ACCEPTED: TaskAccepted = {"taskId": TASK_ID, "state": "pending"}
UPLOAD_WISH = {"contentType": "image/png", "size": 126_109}
ROWS_WISH = {"contentType": "text/csv", "size": 1_204}
PLACE: UploadPlace = {
    "key": UPLOAD,
    "uploadUrl": f"https://your-inbox.{_S3}/{UPLOAD}?X-Amz-Signature=0a1b2c",
    "headers": {"Content-Type": "image/png"},
    "uploadExpiresAt": iso(CREATED + 900_000),
}
ACCOUNT: Account = {
    "caller": "alice",
    "time": iso(CREATED),
    "version": VERSION,
    "kie": {"state": "ok", "credits": 5916.25, "usd": 29.58},
    "paused": {"by": "operator", "reason": "Kie.ai is down", "since": iso(CREATED - 420_000)},
}
HEALTH: Health = {"version": VERSION, "kieKeyConfigured": True}
