"""Runs a state machine as it is written, in virtual time: as much of the language as generate_image uses.

Whatever else stands in the file is an error, so that nothing of it is passed over.
"""

import re
from collections.abc import Callable
from typing import Any, Protocol

State = dict[str, Any]
Data = Any

_KNOWN = {
    "Task": "Type Resource Parameters ResultPath OutputPath TimeoutSeconds TimeoutSecondsPath Retry Catch Next",
    "Choice": "Type Choices Default",
    "Wait": "Type SecondsPath Next",
    "Succeed": "Type",
    "Fail": "Type ErrorPath CausePath",
}
_RETRIER = {"ErrorEquals", "IntervalSeconds", "BackoffRate", "MaxDelaySeconds", "MaxAttempts", "JitterStrategy"}
_FORMAT = re.compile(r"States\.Format\('([^']*)', (\$[\w.]+)\)")


class StateFailed(Exception):
    """A state has failed, by the name of its error."""

    def __init__(self, error: str, cause: str = "") -> None:
        super().__init__(error)
        self.error, self.cause = error, cause


class Surroundings(Protocol):
    """What a machine runs in. `jitter` gives a number from 0 to 1."""

    def sleep(self, seconds: float) -> None: ...
    def jitter(self) -> float: ...
    def task(self, resource: str, parameters: Any, seconds: float) -> Any:
        """Raises StateFailed."""

    def token(self) -> str: ...
    def entered(self, state: str) -> None: ...


def run(machine: dict[str, Any], data: Data, around: Surroundings) -> None:
    """From its first state to its end. Raises StateFailed."""
    name: str | None = machine["StartAt"]
    while name:
        state = machine["States"][name]
        around.entered(name)
        assert state.keys() <= set(_KNOWN[state["Type"]].split()), (name, state)
        match state["Type"]:
            case "Task":
                name, data = _task(state, data, around)
            case "Choice":
                name = next((one["Next"] for one in state["Choices"] if _holds(one, data)), state["Default"])
            case "Wait":
                around.sleep(_at(data, state["SecondsPath"]))
                name = state["Next"]
            case "Succeed":
                return
            case "Fail":
                raise StateFailed(_at(data, state["ErrorPath"]), _at(data, state["CausePath"]))


def _task(state: State, data: Data, around: Surroundings) -> tuple[str, Data]:
    tried = [0] * len(state.get("Retry", []))
    while True:
        try:
            result = _result(state, data, around)
        except StateFailed as failed:
            if (seconds := _retried_in(state, tried, failed.error, around.jitter)) is not None:
                around.sleep(seconds)
                continue
            for catcher in state.get("Catch", []):
                assert catcher.keys() <= {"ErrorEquals", "ResultPath", "Next"}, catcher
                if _matches(catcher, failed.error):
                    error = {"Error": failed.error, "Cause": failed.cause}
                    return catcher["Next"], _placed(catcher, data, error)
            raise
        return state["Next"], _at(_placed(state, data, result), state.get("OutputPath", "$"))


def _result(state: State, data: Data, around: Surroundings) -> Data:
    token = around.token()
    parameters = _filled(state["Parameters"], data, token)
    seconds = state["TimeoutSeconds"] if "TimeoutSeconds" in state else _at(data, state["TimeoutSecondsPath"])
    return around.task(state["Resource"], parameters, seconds)


def _retried_in(state: State, tried: list[int], error: str, jitter: Callable[[], float]) -> float | None:
    for number, retrier in enumerate(state.get("Retry", [])):
        assert retrier.keys() <= _RETRIER, retrier
        if _matches(retrier, error):
            if tried[number] >= retrier["MaxAttempts"]:
                return None
            seconds = retrier["IntervalSeconds"] * retrier["BackoffRate"] ** tried[number]
            tried[number] += 1
            bounded = min(seconds, retrier["MaxDelaySeconds"])
            return float(bounded * (jitter() if retrier["JitterStrategy"] == "FULL" else 1))
    return None


def _matches(handler: State, error: str) -> bool:
    return error in handler["ErrorEquals"] or handler["ErrorEquals"] == ["States.ALL"]


def _placed(state: State, data: Data, result: Data) -> Data:
    path = state.get("ResultPath", "$")
    if path is None:
        return data
    return result if path == "$" else data | {path.removeprefix("$."): result}


def _holds(choice: State, data: Data) -> bool:
    if "And" in choice:
        return all(_holds(one, data) for one in choice["And"])
    ((sign, wanted),) = ((k, v) for k, v in choice.items() if k not in ("Variable", "Next"))
    assert sign in ("StringEquals", "BooleanEquals"), choice
    return bool(_at(data, choice["Variable"]) == wanted)


def _at(data: Data, path: str) -> Any:
    for name in path.split(".")[1:]:
        data = data[name]
    return data


def _filled(template: Any, data: Data, token: str) -> Any:
    if not isinstance(template, dict):
        return template
    return {
        name.removesuffix(".$"): _told(value, data, token) if name.endswith(".$") else _filled(value, data, token)
        for name, value in template.items()
    }


def _told(text: str, data: Data, token: str) -> Any:
    if text == "$$.Task.Token":
        return token
    if found := _FORMAT.fullmatch(text):
        return found[1].replace("{}", _at(data, found[2]))
    assert re.fullmatch(r"\$[\w.]*", text), text
    return _at(data, text)
