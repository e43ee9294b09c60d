"""What Kie.ai's answers mean: one HTTP answer in, an id, an outcome or an error out.

A refusal is HTTP 200 with the real code in the body. Body code 500 is a bad field, no credits, or a fault that
leaves open whether the task was accepted: only its text tells, and an unknown text counts as the last.
"""

import math
import re
from typing import Any

import httpx

from plantain.errors import CreditsUsedUp, KieKeyRejected, OutcomeUnknown, Refused, TryAgainLater
from plantain.kie.param import Asked, asked_in
from plantain.kie.record import outcome_in
from plantain.kie.words import kept_words
from plantain.task import Outcome, Unlisted

_BUSY = (429, 455)
_NO_CREDITS = re.compile(r"credits? (are )?insufficient|insufficient credits?", re.IGNORECASE)
_BAD_FIELD = re.compile(
    r"(this field is required|\w+ is not within the range of allowed options|the text length cannot exceed the "
    r"maximum limit)\W*",
    re.IGNORECASE,
)


def created(answer: httpx.Response) -> str:
    """Kie's task id out of the answer to createTask.

    Raises Refused, CreditsUsedUp, TryAgainLater or OutcomeUnknown.
    """
    code, text, data = _read_create(answer)
    if code == 200:
        task_id = data.get("taskId") if isinstance(data, dict) else None
        if isinstance(task_id, str) and task_id:
            return task_id
        raise _unknown("Kie.ai said yes but gave no task id.", "")
    if code in _BUSY:
        raise TryAgainLater("Kie.ai takes no new tasks for the moment.", code="kie-busy", words=text)
    if _NO_CREDITS.search(text):
        raise CreditsUsedUp(text)
    if code in (401, 403):
        raise KieKeyRejected(text)
    if code == 433:
        raise Refused("The spending cap of the Kie.ai key is used up.", code="kie-spending-cap", words=text)
    if 400 <= code < 500 or code in (501, 505) or (code == 500 and _BAD_FIELD.fullmatch(text)):
        raise Refused("Kie.ai refused the request.", code="kie-refused", words=text)
    raise _unknown(f"Kie.ai answered with code {code}.", text)


def _read_create(answer: httpx.Response) -> tuple[int, str, Any]:
    if answer.is_success:
        try:
            return _envelope(answer)
        except ValueError:
            raise _unknown("Kie.ai's answer could not be read.", "") from None
    if answer.status_code == 429:
        return 429, "HTTP 429", None
    # 408 is a timeout behind Kie's edge: the request may well have arrived. A page of the edge tells nothing.
    if answer.status_code == 408 or not 400 <= answer.status_code < 500 or not _is_json_object(answer):
        raise _unknown(f"Kie.ai answered HTTP {answer.status_code}.", "")
    try:
        code, text, _ = _envelope(answer)
    except ValueError:
        code, text = answer.status_code, f"HTTP {answer.status_code}"
    if code == 200:
        raise _unknown(f"Kie.ai answered HTTP {answer.status_code} and yes at the same time.", "")
    return code, text, None


def _is_json_object(answer: httpx.Response) -> bool:
    try:
        return isinstance(answer.json(), dict)
    except (ValueError, RecursionError):
        return False


def outcome(answer: httpx.Response) -> Outcome:
    """What the answer to recordInfo says. Raises TryAgainLater, KieKeyRejected or UnexpectedAnswer."""
    record = _record(answer)
    return Unlisted() if record is None else outcome_in(record)


def asked(answer: httpx.Response) -> Asked | None:
    """What the task of an answer to recordInfo was asked for. Raises TryAgainLater or KieKeyRejected."""
    record = _record(answer)
    return None if record is None else asked_in(record)


def _record(answer: httpx.Response) -> dict[str, Any] | None:
    """The record; None if Kie does not know the task (yet)."""
    code, text, data = _read(answer)
    if "recordinfo is null" in text.lower() or (code == 200 and data is None):
        return None
    if code != 200 or not isinstance(data, dict):
        raise TryAgainLater(f"Kie.ai answered with code {code}.", code="kie-unreachable", words=text)
    return data


def link(answer: httpx.Response) -> str | None:
    """The link in the answer to download-url, None if Kie has none to give. Raises TryAgainLater, KieKeyRejected.

    A file that is not Kie's is code 422, `url is wrong`.
    """
    code, text, data = _read(answer)
    if code == 200:
        return data if isinstance(data, str) and data else None
    if code in _BUSY or not 400 <= code < 500:
        raise TryAgainLater(f"Kie.ai answered with code {code}.", code="kie-unreachable", words=text)
    return None


def credits(answer: httpx.Response) -> float:
    """The balance out of the answer to chat/credit. Raises TryAgainLater or KieKeyRejected."""
    code, text, balance = _read(answer)
    is_number = isinstance(balance, int | float) and not isinstance(balance, bool)
    if code != 200 or not is_number or not math.isfinite(balance):
        raise TryAgainLater(f"Kie.ai answered with code {code}.", code="kie-unreachable", words=text)
    return float(balance)


def _read(answer: httpx.Response) -> tuple[int, str, Any]:
    """Code, message and data of an answer to a question. Raises TryAgainLater or KieKeyRejected."""
    if answer.status_code in (401, 403):
        raise KieKeyRejected()
    if not answer.is_success:
        raise TryAgainLater(f"Kie.ai answered HTTP {answer.status_code}.", code="kie-unreachable")
    try:
        code, text, data = _envelope(answer)
    except ValueError:
        raise TryAgainLater("Kie.ai's answer could not be read.", code="kie-unreachable") from None
    if code in (401, 403):
        raise KieKeyRejected(text)
    return code, text, data


def _envelope(answer: httpx.Response) -> tuple[int, str, Any]:
    """code, message and data of an answer. Raises ValueError when it has not Kie's form."""
    try:
        body = answer.json()
    except (ValueError, RecursionError) as unreadable:
        raise ValueError("not JSON") from unreadable
    if not isinstance(body, dict) or not isinstance(body.get("code"), int):
        raise ValueError("not an answer of Kie's")
    return body["code"], kept_words(body.get("msg") or body.get("message") or ""), body.get("data")


def _unknown(text: str, words: str) -> OutcomeUnknown:
    return OutcomeUnknown(text, words=words)
