"""What the world sees of a job: the JSON of the status and the list."""

from typing import TYPE_CHECKING

from plantain.images.bucket import Images, Link
from plantain.images.manifests import cost_of
from plantain.job import Job, StoredImage
from plantain.times import iso

if TYPE_CHECKING:
    from plantain.jobs.answers import Task, TaskImage


def job_view(job: Job, images: Images) -> "Task":
    """A job as its caller sees it. `costTime` is ms; the links of a success are signed now, good for an hour."""
    links = [images.link(image.key) for image in job.images] if job.state == "success" else []
    return {
        "taskId": job.task_id,
        "state": job.state,
        "imageUrl": links[0].url if links else None,
        "imageUrlExpiresAt": iso(links[0].expires_at) if links else None,
        "failMsg": job.failure.message if job.failure else None,
        "failCode": job.failure.code if job.failure else None,
        "costTime": job.cost_time,
        "charged": job.charged,
        "cost": cost_of(job),
        "cached": job.state == "success" and job.is_cached,
        "late": job.late,
        "createdAt": iso(job.created_at),
        "endedAt": iso(job.ended_at) if job.ended_at else None,
        "preset": {"name": job.preset.name, "version": job.preset.version} if job.preset else None,
        "prompt": job.request.prompt,
        "aspectRatio": job.request.aspect_ratio,
        "resolution": job.request.resolution,
        "outputFormat": job.request.output_format,
        "images": [_image(image, link) for image, link in zip(job.images, links, strict=False)],
    }


def _image(image: StoredImage, link: Link) -> "TaskImage":
    return {
        "url": link.url,
        "key": image.key,
        "contentType": image.content_type,
        "size": image.size,
        "width": image.width,
        "height": image.height,
        "sha256": image.sha256,
    }
