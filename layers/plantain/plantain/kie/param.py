"""What a record of Kie.ai's says of the request its task was made from."""

import json
from dataclasses import dataclass
from typing import Any

_FIELDS = ("prompt", "aspect_ratio", "resolution", "output_format")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a task was asked for, in Kie.ai's words; `callback_url` is None where Kie.ai does not tell it."""

    model: str
    input: dict[str, Any]
    callback_url: str | None = None

    def is_like(self, model: str, **wish: str) -> bool:
        """Whether model, prompt and settings are these, letter for letter."""
        return self.model == model and all(self.input.get(name) == wish[name] for name in _FIELDS)


def asked_in(record: dict[str, Any]) -> Asked | None:
    """Out of `param`: JSON in a string, whose `input` is again JSON in a string. None if it cannot be read."""
    param = _read(record.get("param"))
    given = _read(param.get("input")) if param else None
    if param is None or given is None:
        return None
    url = param.get("callBackUrl")
    return Asked(str(param.get("model")), given, url if isinstance(url, str) else None)


def _read(value: Any) -> dict[str, Any] | None:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    return value if isinstance(value, dict) else None
