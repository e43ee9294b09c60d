"""What to do about an error of the library, and which exit code it is."""

from collections.abc import Mapping

from plantain_client.cli.trouble import FAILED, JOB_FAILED, NOTHING_YET, STILL_RUNNING, USAGE, Trouble
from plantain_client.errors import (
    ApiError,
    BatchRunning,
    DamagedImage,
    IdempotencyKeyReused,
    ImageGone,
    InvalidRequest,
    KeyRejected,
    NotConfigured,
    NotPlantain,
    PlantainError,
    StillRunning,
    StorageRefused,
    TaskFailed,
    TaskNotFound,
    TooManyRequests,
    TransportFailed,
    UnusableFile,
    UnusableRows,
)
from plantain_client.settings import KEY_VARIABLE, URL_VARIABLE

_OPERATOR = "The operator can look it up at Kie.ai by the kieTaskId in the job record."
_REDRIVE = (
    "Before asking again, let the operator try `plantain jobs redrive ID`: it fetches for nothing what Kie.ai has."
)
_NEW_KEY = "then ask again, with a new idempotency key if you gave one: a refusal is replayed."
_CHANGE = "Change the prompt or the input images and ask again."
_AGAIN = "Ask again later."
_PRICE = "`plantain estimate` has the price."
_SMALLER = f"Give a higher --max-cost or, in place of 4K, a smaller --resolution; {_PRICE}"
OVER_BUDGET = "Wait until it begins anew, or let the operator give more (parameter Budgets)."
# By failCode (docs/http.md lists them) or by the code of a problem.
_BY_CODE: Mapping[str, str] = {
    "kie-spending-cap": f"Raise the spending limit of the Kie.ai key, {_NEW_KEY}",
    "kie-key-rejected": f"The operator has to give the stack a valid Kie.ai key (`make kie-key`); {_NEW_KEY}",
    "kie-key-missing": f"The operator has to give the stack a Kie.ai key (`make kie-key`); {_NEW_KEY}",
    "kie-refused": "Change the request as Kie.ai's words say.",
    "content-policy": _CHANGE,
    "prompt-not-drawable": _CHANGE,
    "input-image-unreachable": "Kie.ai must be able to fetch the input; `--input FILE` uploads one.",
    "kie-failed": _AGAIN,
    "kie-busy": _AGAIN,
    "not-sent": _AGAIN,
    "kie-timeout": _REDRIVE,
    "max-cost-exceeded": f"Give a higher --max-cost; {_PRICE}",
    "budget-exceeded": OVER_BUDGET,
    "misconfigured": "The operator has to correct the parameter that it names.",
    "operators-only": "The operator can make such a key: plantain keys add NAME --operator",
    "outcome-unknown": "Do not ask again: the operator can let this very job go on (`plantain jobs unknown`).",
    "earlier-unsettled": "Let the operator see to that task, or ask again without --cache, which costs again.",
    "status-unavailable": _REDRIVE,
    "timed-out": _REDRIVE,
    "aborted": _REDRIVE,
    "image-not-stored": _REDRIVE,
    "result-gone": _REDRIVE,
    "result-refused": _REDRIVE,
    "result-not-an-image": _REDRIVE,
    "result-too-large": _REDRIVE,
    "no-such-route": f"Check {URL_VARIABLE}: the output ApiUrl of the stack, without a path behind it.",
    "gateway-error": "Ask again in a moment; `plantain doctor` looks closer.",
    "preset-not-found": "`plantain presets` lists those there are.",
    "schedule-not-found": "`plantain schedules` lists those there are.",
    "schedule-kept-elsewhere": "Change it where it is kept, or choose another name.",
    "preset-broken": "Its file has to be mended; until then NAME@VERSION asks for an earlier version.",
    "batch-not-found": "Check the id: one's own batches can be seen, and those that were dropped into the inbox.",
    "batch-not-ready": "`plantain batch status ID` shows its price once all rows are checked.",
    "batch-ended": "Start it again: rows that have their image are not made again.",
    "image-not-ready": "Wait for it: plantain wait",
}


def trouble_of(error: PlantainError, *, may_be_4k: bool = False) -> Trouble:
    """What an error of the library stands for. `may_be_4k`: a smaller image could have been cheaper."""
    code, advice, exit_code = _told(error)
    if code == "max-cost-exceeded" and may_be_4k:
        advice = _SMALLER
    runs = isinstance(error, StillRunning)
    return Trouble(
        str(error),
        error.charged,
        advice,
        code,
        exit_code,
        error.task_id,
        error.idempotency_key,
        NOTHING_YET if runs and error.charged == "no" else "",
    )


def _told(error: PlantainError) -> tuple[str, str, int]:
    match error:
        case TaskFailed(code=code):
            return code, _of_failure(error, code), JOB_FAILED
        case StillRunning(task_id=task_id):
            return "still-running", f"Go on waiting: plantain wait {task_id}", STILL_RUNNING
        case BatchRunning(batch_id=batch_id):
            return "still-running", f"Go on waiting: plantain batch wait {batch_id}", STILL_RUNNING
        case ApiError(code=code):
            return code, _BY_CODE.get(code) or _of_refusal(error), _exit_of(error)
        case TransportFailed() | StorageRefused() | DamagedImage():
            return _of_the_way(error)
        case NotPlantain():
            return "not-plantain", _of_another(error), FAILED
        case NotConfigured():
            return (
                "not-configured",
                f"Set {URL_VARIABLE} (the output ApiUrl) and {KEY_VARIABLE}, or paste what `make up` prints.",
                USAGE,
            )
        case UnusableRows():
            return "unusable-file", "Give a CSV or JSON Lines file.", USAGE
        case UnusableFile():
            return "unusable-file", "Give a PNG, JPEG or WebP image.", USAGE
    return "storage-failed", _after(error), FAILED


def _of_failure(error: PlantainError, code: str) -> str:
    """Of what has cost nothing, Kie.ai has nothing to fetch."""
    advice = _BY_CODE.get(code, _after(error))
    if advice != _REDRIVE:
        return advice
    return _AGAIN if error.charged == "no" else advice.replace("ID", error.task_id or "ID")


def _of_the_way(error: PlantainError) -> tuple[str, str, int]:
    """What went wrong between here and there."""
    code = "transport-failed" if isinstance(error, TransportFailed) else "storage-failed"
    # Only a download knows its task: a look that is lost while waiting is no error.
    if error.task_id:
        return code, f"Try again: plantain download {error.task_id}", FAILED
    if isinstance(error, TransportFailed) and not (error.arrived == "maybe" and error.idempotency_key):
        return code, f"Check the network and {URL_VARIABLE}, then try again.", FAILED
    return code, _after(error), FAILED


def _of_another(error: NotPlantain) -> str:
    """What answered cannot be read: to a create, the answer may hide a task."""
    check = f"Check {URL_VARIABLE}: it is the output ApiUrl of the stack."
    return f"{check} {_after(error)}" if error.charged == "unknown" else check


def _of_refusal(error: ApiError) -> str:
    match error:
        case KeyRejected(status=401):
            return "No API key reached Plantain: check that nothing on the way removes the Authorization header."
        case KeyRejected():
            return "Check PLANTAIN_API_KEY, or have the operator make a key: plantain keys add NAME"
        case TaskNotFound():
            return "Check the id: `plantain list` shows the tasks of this API key's caller."
        case ImageGone():
            return "Making it again costs again: plantain generate"
        case IdempotencyKeyReused():
            return (
                "Send the very same request (a file that is uploaded again is another input: give --input the key "
                "of the first upload), or ask for a new image, which costs again, with another idempotency key."
            )
        case TooManyRequests(retry_after=float(seconds)):
            return f"Try again in {seconds:.0f} s."
        case InvalidRequest():
            return "Correct the request; --help behind the command says what it takes."
    return _after(error)


def _exit_of(error: ApiError) -> int:
    return USAGE if isinstance(error, InvalidRequest) else FAILED


def same_key(key: str) -> str:
    """How to ask again for what may have been taken in."""
    return (
        f"The same request with `--idempotency-key {key}` asks again without paying twice. (Give --input the key "
        f"of a file's upload: uploaded again, it is another request.)"
    )


def _after(error: PlantainError) -> str:
    if error.charged == "unknown" and error.idempotency_key:
        return same_key(error.idempotency_key)
    if error.charged == "unknown":
        return f"{_OPERATOR} Look there before asking again."
    return "Try again in a moment." if error.retryable else "Ask the operator of this Plantain."
