"""What the HTTP API answers when something is wrong, field by field; openapi.yaml is made of this, too."""

from typing import TypedDict

from plantain.formats import Uuid
from plantain.task import Charged


class BadField(TypedDict):
    """One bad field."""

    pointer: str
    """Where: a JSON pointer (RFC 6901) into the body, `/name` for a parameter, empty for the whole."""
    detail: str
    """What is wrong with it, after its name."""


class ProblemMembers(TypedDict, total=False):
    """What only some problems have."""

    errors: list[BadField]
    """Each bad field, at most 20."""
    taskId: Uuid
    """The task that came of the call."""


class ProblemDetails(ProblemMembers):
    """An error: problem details (RFC 9457). It says what happened, what it cost and whether to try again."""

    type: str
    """`urn:plantain:problem:` and the code."""
    title: str
    """The HTTP status in words."""
    status: int
    """The HTTP status."""
    detail: str
    """What happened and what to do, for people; Kie.ai's own words where it refused."""
    instance: str
    """The path and, after #, the id of this request, as the operator's log knows it."""
    error: str
    """What happened, in a few words that stay the same."""
    code: str
    """What happened, for programs."""
    retryable: bool
    """Whether the same call may succeed later."""
    charged: Charged
    """What the call has cost at Kie.ai. `unknown`: look at the task, or in the list, before you send it again."""


class GatewayMessage(TypedDict):
    """The gateway's own answer, before or instead of ours."""

    message: str
    """What it says."""
