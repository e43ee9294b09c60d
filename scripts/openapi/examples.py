"""What several examples tell of: one caller, one task, one preset. The task is shown by the code that answers."""

from typing import Any

from plantain.images.bucket import Images, Link
from plantain.job import Job, Request, StoredImage
from plantain.jobs.view import job_view
from plantain.models import Model
from plantain.spending.answers import Cost
from plantain.spending.prices import prices
from scripts.openapi.problems import TASK_ID

CREATED = 1_795_407_905_285  # ms
PROMPT = "A plantain leaf in the morning light"
S3 = "s3.eu-central-1.amazonaws.com"
UPLOAD = "uploads/alice/01a206a5-30c2-7a11-8f43-09be11d0a7c5.png"
PRESET_VERSION = "686902dfe242"
FILLING = {"variables": {"quote": "Simple is better than complex.", "author": "Tim Peters"}}


def price(model: Model, images: int = 1) -> Cost:
    """Of so many images at 2K."""
    credits = images * prices().by_model[model.name]["2K"]
    return {"credits": credits, "usd": prices().usd(credits)}


class _Links(Images):
    def link(self, key: str) -> Link:
        return Link(f"https://your-images.{S3}/{key}?X-Amz-Signature=0a1b2c", CREATED + 3_612_000)


def task(model: Model) -> Any:
    """The status of a success."""
    key = f"images/2026/11/23/{TASK_ID}.png"
    job = Job(
        task_id=TASK_ID,
        caller="alice",
        door="http",
        request=Request(model.name, PROMPT, "16:9", "2K", "png"),
        created_at=CREATED,
        state="success",
        cost_time=12_000,
        credits=price(model)["credits"],
        images=(StoredImage(key, "image/png", 126_109, "9f86d081884c7d65" * 4, 2048, 1152),),
        ended_at=CREATED + 11_835,
    )
    return job_view(job, _Links("", None))
