"""What can be set on a running twin; `POST /_twin/settings` takes the camelCase names."""

from dataclasses import dataclass, fields, replace
from typing import Any, Literal


@dataclass(frozen=True)
class Settings:
    """`draw_seconds` from accepted to finished; `balance` in credits; `allowed_hosts` besides loopback.

    `execute_api` is where the HTTP APIs of AWS are on this machine: callbacks to theirs go there.
    """

    draw_seconds: float = 5.0
    rate_limit: bool = True
    fields: Literal["old", "new"] = "new"
    balance: float = 10_000.0
    key: str = "twin-key"
    webhook_key: str = ""
    allowed_hosts: tuple[str, ...] = ()
    execute_api: str = ""


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


def changed(settings: Settings, wanted: dict[str, Any]) -> Settings:
    """The settings with some of them replaced. Raises ValueError for an unknown name or a wrong type."""
    names = {camel(field.name): field.name for field in fields(settings)}
    values: dict[str, Any] = {}
    for given, value in wanted.items():
        if given not in names:
            raise ValueError(f"no setting called {given!r}; there are {', '.join(names)}")
        values[names[given]] = _checked(given, value, getattr(settings, names[given]))
    return replace(settings, **values)


def _checked(name: str, value: Any, now: Any) -> Any:
    if name == "fields" and value not in ("old", "new"):
        raise ValueError("fields is 'old' or 'new'")
    if isinstance(now, bool) and isinstance(value, bool):
        return value
    if isinstance(now, float) and isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
        return float(value)
    if isinstance(now, str) and isinstance(value, str):
        return value
    if isinstance(now, tuple) and isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
        return tuple(value)
    raise ValueError(f"{name} cannot be {value!r}")
