"""Every way a step can fail, and what the workflow does about it.

    PlantainError
    ├── TryAgainLater         not accepted or not answered, may work later   → Retry
    ├── KieBusy               not accepted too often                         → fail, charged: no
    ├── CreditsUsedUp         not accepted: nobody's is, for now             → all creates are paused
    ├── Refused               Kie.ai says no, for good                       → fail, charged: no
    │   └── KieKeyRejected    the key is wrong or may not do this            → as Refused; when polling: Retry
    ├── KieKeyMissing         no key is configured                           → fail, charged: no
    ├── Misconfigured         a parameter of the stack cannot be read        → fail, charged: no
    ├── OverBudget            a budget has no room for it                    → fail, charged: no
    ├── TooDear               it costs more than its maxCost                 → fail, charged: no
    ├── InputGone             an input image is no longer there              → fail, charged: no
    ├── EarlierFailed         the same wish, sent before, has failed         → fail, charged: no
    ├── EarlierImageGone      what was to be copied was deleted              → it is drawn after all
    ├── OutcomeUnknown        it may have been accepted and billed           → never send again
    ├── UnexpectedAnswer      Kie.ai said something nobody has documented    → fail, loudly
    ├── UnusableResult        what Kie.ai made cannot be stored              → fail, charged: yes
    ├── JobEnded              the job is already final                       → the execution ends
    ├── JobNotFound           there is no such job                           ┐
    ├── BatchNotFound         there is no such batch                         │
    ├── ClaimInFlight         the key is being claimed this moment           │
    ├── CannotReopen          an operator's word does not fit the job        │
    ├── OperatorsOnly         an API key of an operator is needed            ├ the caller is told
    ├── IdempotencyKeyReused  the key stands for another wish                │
    ├── TooManyRequests       the caller's own rate is used up               │
    ├── ScheduleNotFound      there is no such schedule                      │
    └── KeptElsewhere         the schedule is somebody else's to change      ┘

The last six no step ever meets: they are in refusals.py.

The state machine matches these names; a test holds the two together. The text of an error travels into the
execution history, so it never holds a prompt, a URL or a secret: Kie.ai's own words are in `words` alone and
reach nothing but the job record.
"""

import datetime as dt
from typing import Literal

from plantain.job import Failure
from plantain.task import Charged

# What an operator does about what may have been paid for.
UNKNOWN, REDRIVE = "`plantain jobs unknown`", "`plantain jobs redrive ID`"
REFUSAL_CODES = frozenset({"kie-refused", "kie-key-rejected", "kie-spending-cap"})


class PlantainError(Exception):
    """The root. `code` is the stable word callers match on, `charged` what a job that ends by it has cost."""

    charged: Charged = "unknown"

    def __init__(self, text: str, *, code: str, words: str = "") -> None:
        super().__init__(text)
        self.code = code
        self.words = words or text


class TryAgainLater(PlantainError):
    """Certainly not accepted (or merely not answered, when asking): the state machine tries again."""


class KieBusy(PlantainError):
    """Kie.ai has put the create off so often that it is given up."""

    charged = "no"

    def __init__(self) -> None:
        super().__init__("Kie.ai has taken no new tasks for too long.", code="kie-busy")


class CreditsUsedUp(PlantainError):
    """Kie.ai's balance does not pay for this; certainly not accepted. The create step waits, no job ends by it."""

    charged = "no"

    def __init__(self, words: str = "") -> None:
        super().__init__("Kie.ai's credits are used up.", code="kie-credits-insufficient", words=words)


class Refused(PlantainError):
    """Kie.ai refused the request; the same again gets the same answer. Its code is one of REFUSAL_CODES."""

    charged = "no"

    def __init__(self, text: str, *, code: str, words: str = "") -> None:
        assert code in REFUSAL_CODES
        super().__init__(text, code=code, words=words)


class KieKeyRejected(Refused):
    """Kie.ai does not accept our key: the operator's problem, not the caller's."""

    def __init__(self, words: str = "") -> None:
        text = "Kie.ai does not accept the API key that Plantain uses; the operator has to replace it."
        said = f' Kie.ai said: "{words}"' if words else ""
        super().__init__(text, code="kie-key-rejected", words=text + said)


class KieKeyMissing(PlantainError):
    """The secret is missing or empty."""

    charged = "no"

    def __init__(self) -> None:
        super().__init__(
            "Kie.ai's API key is not configured. Nothing was sent or charged; the operator has to set the secret.",
            code="kie-key-missing",
        )


class Misconfigured(PlantainError):
    """A parameter of the stack says what cannot be read; `text` says where and why."""

    charged = "no"

    def __init__(self, parameter: str, text: str) -> None:
        super().__init__(
            f"The stack's parameter {parameter} cannot be used: {text}. Nothing was sent or charged; the operator "
            "has to correct it.",
            code="misconfigured",
        )


class OverBudget(PlantainError):
    """A budget has no room for this. `limit` and `price` are in USD; `name` is None for the whole stack's."""

    charged = "no"

    def __init__(
        self,
        scope: str,
        name: str | None,
        span: Literal["day", "month"],
        *,
        limit: float,
        price: float,
        resets_at: dt.datetime,
    ) -> None:
        whose = f"of the {scope} {name}" if name else "of the whole stack"
        self.budget = f"{span} budget {whose}"
        super().__init__(
            f"The {self.budget}, ${limit:.2f}, has no room for ${price:.2f} more. "
            f"It begins anew at {resets_at:%Y-%m-%d %H:%M} UTC. Nothing was sent or charged.",
            code="budget-exceeded",
        )
        self.limit = limit
        self.price = price
        self.resets_at = resets_at


class TooDear(PlantainError):
    """An image costs more than its wish allows; `clause` names both, after the name of the field."""

    charged = "no"

    def __init__(self, clause: str) -> None:
        text = f"Its maxCost {clause}. Nothing was sent or charged."
        super().__init__(text, code="max-cost-exceeded")
        self.clause = clause


class InputGone(PlantainError):
    """An image that was to be worked from has been removed since, or replaced by what is none."""

    charged = "no"

    def __init__(self) -> None:
        super().__init__(
            "An input image was removed from the inbox before the request could be sent. Nothing was charged.",
            code="input-image-gone",
        )


class EarlierFailed(PlantainError):
    """The job whose image this one was to be given has none, and it is not paid for a second time.

    Where the earlier one has certainly cost nothing, this one fails as it did.
    """

    charged = "no"

    def __init__(self, task_id: str, failure: Failure) -> None:
        if failure.charged == "no":
            super().__init__("The same request has just failed.", code=failure.code, words=failure.message)
            return
        text = (
            f"The same request has been sent before (task {task_id}) and failed ({failure.code}), but was or may "
            "have been paid for, so it is not sent again. Nothing was charged for this one. The operator can see "
            "to that task; without cache it is sent once more, and costs again."
        )
        super().__init__("An earlier task of the same request is unsettled.", code="earlier-unsettled", words=text)


class EarlierImageGone(PlantainError):
    """The image that was to be copied is no longer in the bucket as it was stored."""

    charged = "no"

    def __init__(self) -> None:
        super().__init__("The image to be copied was deleted: it is drawn anew.", code="earlier-image-gone")


class OutcomeUnknown(PlantainError):
    """The create went out and its answer was lost: Kie.ai may have accepted and billed it."""

    def __init__(self, text: str, *, words: str = "") -> None:
        advice = (
            "Kie.ai may have accepted and billed the request, so it is not sent again; "
            f"the operator can let this very job go on: {UNKNOWN}."
        )
        said = f'Kie.ai said: "{words}".' if words else text
        super().__init__(f"{text} {advice}", code="outcome-unknown", words=f"{said} {advice}")


class UnexpectedAnswer(PlantainError):
    """Kie.ai answered outside everything known of it; guessing would hide it."""


class UnusableResult(PlantainError):
    """The result is no image, too large, gone, or lies where we do not fetch from. Kie.ai has charged for it."""

    charged = "yes"


class JobEnded(PlantainError):
    """The job is final: nothing may change it any more."""

    def __init__(self, text: str = "The job is already final or has gone on.") -> None:
        super().__init__(text, code="job-ended")


class JobNotFound(PlantainError):
    """No such job, or somebody else's."""

    def __init__(self) -> None:
        super().__init__("There is no such task, or it is not yours.", code="task-not-found")


class BatchNotFound(PlantainError):
    """No such batch, or somebody else's."""

    def __init__(self) -> None:
        super().__init__("There is no such batch, or it is not yours.", code="batch-not-found")


class ClaimInFlight(PlantainError):
    """Another call with the same Idempotency-Key is being written at this moment."""

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key is being claimed at this moment.", code="claim-in-flight")
