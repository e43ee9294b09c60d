"""An error as it is told: what happened, what it has cost, what to do, and the exit code."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from plantain_client.task import Charged

OK, FAILED, USAGE, JOB_FAILED, STILL_RUNNING, INTERRUPTED = 0, 1, 2, 3, 4, 130

COSTS: Mapping[Charged, str] = {
    "no": "nothing",
    "yes": "Kie.ai has charged for it",
    "unknown": "not known (yet): Kie.ai may have charged for it",
}
NOTHING_YET = "nothing so far: Kie.ai has not been asked yet"


@dataclass(frozen=True)
class Trouble:
    """An error as it is told. `charged` is None where nothing was asked of Plantain.

    `cost` says it in words, where there is more to say than COSTS has.
    """

    what: str
    charged: Charged | None
    advice: str
    code: str
    exit_code: int = FAILED
    task_id: str | None = None
    idempotency_key: str | None = None
    cost: str = ""

    def document(self) -> dict[str, Any]:
        """As JSON."""
        shown = {
            "code": self.code,
            "detail": self.what,
            "charged": self.charged,
            "advice": self.advice,
            "taskId": self.task_id,
            "idempotencyKey": self.idempotency_key,
        }
        return {"error": {name: value for name, value in shown.items() if value is not None}}
