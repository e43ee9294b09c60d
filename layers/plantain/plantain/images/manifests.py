"""The manifest beside an image: what was asked, what came, when, for whom and at what price."""

from typing import TYPE_CHECKING, Any

from plantain.images.bucket import image_key
from plantain.items import values_of
from plantain.job import Job, StoredImage
from plantain.spending.prices import prices

if TYPE_CHECKING:
    from plantain.spending.answers import Cost


def cost_of(job: Job) -> "Cost | None":
    """What Kie.ai charged, in credits and USD, where Kie.ai has told."""
    if job.is_cached:
        return {"credits": 0, "usd": 0}  # whatever the prices say, and if they cannot be read
    if job.credits is None or job.charged == "unknown":
        return None
    return prices().cost(job.credits)


def manifest_key(job: Job) -> str:
    """Beside the first image, with the ending `.json`."""
    return image_key(job, 1, "json")


def left_out_of(job: Job, images: tuple[StoredImage, ...]) -> int:
    """How many of its results could not be fetched or used."""
    return 0 if job.is_cached else len(job.result_urls) - len(images)


def manifest_of(job: Job, images: tuple[StoredImage, ...], stored_at: int) -> dict[str, Any]:
    """The manifest's content. Times are ms since the epoch, `costTime` ms, sizes bytes and pixels."""
    return {
        "taskId": job.task_id,
        "kieTaskId": job.kie_task_id,
        "door": job.door,
        "caller": job.caller,
        "preset": values_of(job.preset) if job.preset else None,
        "request": values_of(job.request),
        "model": job.request.model,
        "images": [values_of(image) for image in images],
        "leftOut": left_out_of(job, images),
        "cachedFrom": job.cached_from if job.is_cached else None,
        "createdAt": job.created_at,
        "createStartedAt": job.create_started_at,
        "acceptedAt": job.accepted_at,
        "storedAt": stored_at,
        "costTime": job.cost_time,
        "charged": "no" if job.is_cached else "yes",
        "cost": cost_of(job),
    }
