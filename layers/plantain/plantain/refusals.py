"""What a call alone is refused with, before anything has come of it; errors.py draws the whole tree."""

from typing import Literal

from plantain.errors import PlantainError


class CannotReopen(PlantainError):
    """What the operator asks for cannot be done with a job in this state; nothing was changed."""

    def __init__(self, text: str) -> None:
        super().__init__(text, code="cannot-reopen")


class OperatorsOnly(PlantainError):
    """The caller's API key is not an operator's. `what` begins the sentence that says what for."""

    def __init__(self, what: str) -> None:
        text = f"{what} is told to operators only, whose keys are made by `plantain keys add NAME --operator`."
        super().__init__(text, code="operators-only")


class IdempotencyKeyReused(PlantainError):
    """The same Idempotency-Key came with another request."""

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was used for another request.", code="idempotency-key-reused")


class TooManyRequests(PlantainError):
    """The caller asks too often: over `limit` in a minute; `retry_after` is in seconds."""

    def __init__(self, limit: int, *, retry_after: int) -> None:
        super().__init__(f"At most {limit} requests a minute.", code="too-many-requests")
        self.limit = limit
        self.retry_after = retry_after


class ScheduleNotFound(PlantainError):
    """No such schedule, or somebody else's."""

    def __init__(self) -> None:
        super().__init__("There is no such schedule, or it is not yours.", code="schedule-not-found")


class KeptElsewhere(PlantainError):
    """The schedule is kept by a file, by another caller or by the template; there alone it is changed."""

    def __init__(self, name: str, kept_by: Literal["file", "http", "template"]) -> None:
        place = {
            "file": f"by the file schedules/{name}.toml in the inbox bucket",
            "http": "over HTTP, by the caller whose API key has put it",
            "template": "by the stack's parameters ScheduledExpression, ScheduledTimezone and ScheduledRequest",
        }
        text = f"The schedule {name} is kept {place[kept_by]}. Change it there, or choose another name."
        super().__init__(text, code="schedule-kept-elsewhere")
