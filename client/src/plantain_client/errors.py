"""Every way a call can fail, and what to make of it.

    PlantainError                   `charged`, `retryable`, `retry_after`, `task_id`, `idempotency_key`
    ├── NotConfigured               no URL or API key, or none that can be used; nothing was sent
    ├── UnusableFile                the file is no image that can be uploaded; nothing was sent
    │   └── UnusableRows            the file holds no rows that can be uploaded; nothing was sent
    ├── ApiError                    Plantain refuses the call: its problem document
    │   ├── InvalidRequest          400, 413  `errors` names each field
    │   ├── KeyRejected             401, 403  the gateway does not know the API key
    │   ├── OperatorsOnly           403  the API key is not an operator's
    │   ├── CostRefused             402  more than its `max_cost`, or than a budget has room for
    │   ├── TaskNotFound            404  unknown, or somebody else's
    │   ├── PresetNotFound          404  no such preset, or never used in that version
    │   ├── ScheduleNotFound        404  no such schedule, or another caller's
    │   ├── BatchNotFound           404  no such batch, or another caller's
    │   ├── KeptElsewhere           409  the schedule is kept by a file, another caller or the template
    │   ├── ImageGone               410  it was stored and has been deleted since
    │   ├── IdempotencyKeyReused    422  the key stands for another request
    │   └── TooManyRequests         429  `retry_after`
    ├── TaskFailed                  the job has ended without an image
    ├── StillRunning                it has not ended yet: it goes on, and can be waited for again
    ├── BatchRunning                a batch has not ended yet: it goes on, and can be waited for again
    ├── TransportFailed             no answer; `arrived` says whether the request may have been heard
    ├── NotPlantain                 an answer, but not one of Plantain's (a web page, other JSON)
    ├── StorageRefused              S3 refused a signed link
    └── DamagedImage                what was downloaded is not what was stored

A refusal with a task's id is a TaskFailed: the job exists and has failed, only so soon that its creator was told.
"""

from __future__ import annotations

from typing import Literal

from plantain_client.batch import BatchState
from plantain_client.task import Charged, State, Task


class PlantainError(Exception):
    """The base of all.

    `charged` is what the call has cost at Kie.ai. `retryable`: the same call may work later, after `retry_after`
    seconds if that is known. `task_id` and `idempotency_key` are those of the call, so that nothing is lost: with
    the one a job can be waited for again, with the other a request be sent again without paying twice.
    """

    charged: Charged = "no"
    retryable: bool = False
    retry_after: float | None = None
    task_id: str | None = None
    idempotency_key: str | None = None


class NotConfigured(PlantainError):
    """The URL or the API key is missing or cannot be used."""


class UnusableFile(PlantainError):
    """A file that is no PNG, JPEG or WebP by its bytes, empty, or too large."""


class UnusableRows(UnusableFile):
    """A file that is no CSV or JSON Lines by its name, empty, or too large."""


class ApiError(PlantainError):
    """Plantain's answer is a problem document (RFC 9457), or its gateway's own refusal."""

    def __init__(
        self,
        status: int,
        error: str,
        code: str,
        detail: str,
        *,
        charged: Charged = "no",
        retryable: bool = False,
        retry_after: float | None = None,
        task_id: str | None = None,
        errors: tuple[tuple[str, str], ...] = (),
    ) -> None:
        """`errors` are pairs of a JSON pointer and what is wrong there."""
        super().__init__(f"{error}: {detail}" if detail else error)
        self.status = status
        self.error = error
        self.code = code
        self.detail = detail
        self.charged = charged
        self.retryable = retryable
        self.retry_after = retry_after
        self.task_id = task_id
        self.errors = errors


class InvalidRequest(ApiError):
    """A field is missing, wrong or too large."""


class KeyRejected(ApiError):
    """401: no API key reached the gateway; 403: it is not (or no longer) known."""


class OperatorsOnly(ApiError):
    """It concerns all callers, so an operator's API key is needed."""


class CostRefused(ApiError):
    """402: it costs more than its `max_cost`, or a budget has no room for it; the detail names both amounts."""


class TaskNotFound(ApiError):
    """There is no such task, or it is another caller's."""


class PresetNotFound(ApiError):
    """There is no such preset, or it was never used in that version; the detail says which there are."""


class ScheduleNotFound(ApiError):
    """There is no such schedule, or it is another caller's."""


class BatchNotFound(ApiError):
    """There is no such batch, or it is another caller's."""


class KeptElsewhere(ApiError):
    """The schedule is changed elsewhere alone: by its file, by another caller, in the stack's template."""


class ImageGone(ApiError):
    """The image was deleted from the bucket."""


class IdempotencyKeyReused(ApiError):
    """This idempotency key was used with another request before."""


class TooManyRequests(ApiError):
    """The caller asks too often."""


class TaskFailed(PlantainError):
    """The job ended without an image. `code` is its failCode; `task` is the job, where it was seen."""

    def __init__(
        self, fail_msg: str, code: str, charged: Charged, *, task_id: str | None = None, task: Task | None = None
    ) -> None:
        super().__init__(f"No image: {fail_msg}")
        self.fail_msg = fail_msg
        self.code = code
        self.charged = charged
        self.task_id = task.task_id if task else task_id
        self.task = task


class StillRunning(PlantainError):
    """The attempts ran out before the job ended. `state` is the last one seen, `last_error` why a look failed.

    `charged` is so far: "no" where the last look saw that Kie.ai has not been asked yet.
    """

    retryable = True

    def __init__(
        self,
        task_id: str,
        *,
        state: State | None = None,
        charged: Charged = "unknown",
        last_error: PlantainError | None = None,
    ) -> None:
        super().__init__(_goes_on(f"Task {task_id}", state, last_error))
        self.task_id = task_id
        self.state = state
        self.charged = charged
        self.last_error = last_error


class BatchRunning(PlantainError):
    """The attempts ran out before the batch ended. `state` is the last seen, `last_error` why a look failed."""

    charged = "unknown"
    retryable = True

    def __init__(
        self, batch_id: str, state: BatchState | None = None, last_error: PlantainError | None = None
    ) -> None:
        super().__init__(_goes_on(f"Batch {batch_id}", state, last_error))
        self.batch_id = batch_id
        self.state = state
        self.last_error = last_error


class TransportFailed(PlantainError):
    """No answer came. `arrived` is "no" if the request certainly was not heard, "maybe" if it may have been."""

    retryable = True

    def __init__(self, message: str, *, arrived: Literal["no", "maybe"], charged: Charged) -> None:
        super().__init__(message)
        self.arrived = arrived
        self.charged = charged


class NotPlantain(PlantainError):
    """Something else answered: a proxy, a login page, another service, a Plantain of another kind.

    To a create it is as good as no answer: unless it is a 4xx, the request may be sent again under its key.
    """

    def __init__(self, message: str, *, status: int, charged: Charged = "no") -> None:
        super().__init__(message)
        self.status = status
        self.retryable = status >= 500 or (charged == "unknown" and status < 400)
        self.charged = charged


class StorageRefused(PlantainError):
    """S3 answered a signed link with an error. `code` is S3's own word, such as AccessDenied."""

    def __init__(self, what: str, status: int, code: str) -> None:
        super().__init__(f"The storage refused {what}: {status} {code}".rstrip())
        self.status = status
        self.code = code
        self.retryable = status >= 500


class DamagedImage(PlantainError):
    """Size or SHA-256 are not those that the task names. Nothing was written."""

    retryable = True


def _goes_on(what: str, state: str | None, last_error: PlantainError | None) -> str:
    seen = f"is still {state}" if state else "has not ended as far as is known"
    reason = f" (the last look failed: {last_error})" if last_error else ""
    return f"{what} {seen}{reason}. It goes on and can be waited for again."
