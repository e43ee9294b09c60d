"""What the HTTP API answers of tasks, field by field; openapi.yaml is made of this, down to each text."""

from typing import TypedDict

from plantain.formats import Moment, Url, Uuid
from plantain.job import State
from plantain.spending.answers import Cost
from plantain.task import Charged


class TaskAccepted(TypedDict):
    """A wish that was taken in."""

    taskId: Uuid
    """The task's name from now on; sorts by time of creation."""
    state: State
    """Its state at this moment."""


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
