"""The answer of each fault that does not depend on the task."""

from dataclasses import replace

from local.twin import wire
from local.twin.exchange import Answer

_REFUSALS = {
    "busy": (429, wire.TOO_OFTEN),
    "exception": (500, wire.EXCEPTION),
    "maintenance": (455, wire.MAINTENANCE),
    "sub-key-limit": (433, wire.SUB_KEY_LIMIT),
    "no-credits": (402, wire.NO_CREDITS),
    "no-credits-500": (500, wire.NO_CREDITS),
    "no-credits-old": (402, wire.NO_CREDITS_OLD),
    "unauthorized": (401, wire.UNAUTHORIZED),
    "unauthorized-old": (401, wire.UNAUTHORIZED_OLD),
    "record-null": (422, wire.RECORD_NULL),
}


def answer(name: str, path: str) -> Answer | None:
    """What the script `name` answers on `path`; None where the true answer is sent."""
    kind = name.removeprefix("poll-").removesuffix("-accepted")
    if kind in _REFUSALS:
        return wire.refused(*_REFUSALS[kind])
    if kind in ("busy-http", "429"):
        return replace(wire.refused(429, wire.TOO_OFTEN), status=429)
    if kind in ("http-500", "500"):
        return wire.spring_error(500, "Internal Server Error", path)
    if kind in ("bad-gateway", "502"):
        return wire.edge_page()
    if kind == "not-json":
        return wire.edge_page(200)
    if kind in ("no-task-id", "data-null"):
        return wire.ok(None)
    if kind in ("drop", "drop-before", "drop-after"):
        return Answer(manner="dropped")
    if kind == "endless":
        return Answer(body=b'{"code":200,"msg":"', manner="endless")
    return None
