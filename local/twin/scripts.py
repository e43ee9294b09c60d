"""Everything the twin can be asked to play, one row each; this table is the documentation.

Put `[twin:NAME]` anywhere in a prompt, or several: `[twin:busy x2, slow 3s]`. The marker is not drawn.

  NAME xN    plays it N times (of `urls`: gives N pictures)      NAME-once   is NAME x1
  NAME 4s    for 4 seconds, or after 4 seconds                   NAME ever   without end

A prompt sent again by a retry goes on counting where it was; once it is accepted the count begins anew.
`POST /_twin/next {"script": "busy x2, fail-policy", "times": 1}` gives the same to the next task, whatever
its prompt; there a create fault without a number is played once.
"""

from dataclasses import dataclass
from typing import Literal

Place = Literal["create", "pace", "running", "end", "poll", "result", "shape", "file", "callback"]

PLACES: dict[Place, str] = {
    "create": "createTask: these are not accepted unless the line says so",
    "pace": "how long it runs",
    "running": "which words are seen while it runs",
    "end": "how it ends",
    "poll": "recordInfo, the next polls",
    "result": "what success looks like at first",
    "shape": "the shape of the answer, all the time",
    "file": "the download of a result",
    "callback": "the callback",
}


@dataclass(frozen=True)
class Script:
    """`amount` is what is played when the marker names none: `xN`, `Ns` or `ever`."""

    name: str
    place: Place
    amount: str
    does: str


_TABLE: tuple[tuple[str, Place, str, str], ...] = (
    ("busy", "create", "ever", "body code 429 in HTTP 200: not queued, not charged"),
    ("busy-http", "create", "ever", "a real HTTP 429"),
    ("http-500", "create", "ever", "a real HTTP 500 with a Spring body"),
    ("bad-gateway", "create", "ever", "HTTP 502 with an HTML page from the edge"),
    ("bad-gateway-accepted", "create", "ever", "the same, but the task WAS accepted and will be charged"),
    ("exception", "create", "ever", "body code 500 'Server exception…'"),
    ("exception-accepted", "create", "ever", "the same, but the task WAS accepted and will be charged"),
    ("maintenance", "create", "ever", "body code 455"),
    ("sub-key-limit", "create", "ever", "body code 433: the key's own spending cap is used up"),
    ("no-credits", "create", "ever", "body code 402 'Credits insufficient…'"),
    ("no-credits-500", "create", "ever", "the same text with body code 500"),
    ("no-credits-old", "create", "ever", "body code 402 with the older text"),
    ("unauthorized", "create", "ever", "body code 401 although the key is right"),
    ("unauthorized-old", "create", "ever", "body code 401 with the older text"),
    ("not-json", "create", "ever", "HTTP 200 with an HTML page"),
    ("no-task-id", "create", "ever", "code 200 with data null; the task WAS accepted and will be charged"),
    ("slow", "create", "5s", "accepted at once, answered late"),
    ("drop-before", "create", "ever", "connection dropped, nothing accepted"),
    ("drop-after", "create", "ever", "connection dropped after the task WAS accepted; it will be charged"),
    ("takes", "pace", "5s", "for that long, whatever the others take"),
    ("waiting", "running", "ever", "waiting, then the end (what happens without any marker)"),
    ("generating", "running", "ever", "generating, then the end"),
    ("all-states", "running", "ever", "waiting, queuing, generating, a third of the time each"),
    ("fail-policy", "end", "ever", "fail 400: flagged as violating content policies"),
    ("fail-policy-422", "end", "ever", "fail 422: CONTENT_POLICY_BLOCKED"),
    ("fail-fetch", "end", "ever", "fail 400: Image fetch failed"),
    ("fail-internal", "end", "ever", "fail 500: Internal Error"),
    ("fail-gemini", "end", "ever", "fail 500: Gemini could not generate an image"),
    ("fail-501", "end", "ever", "fail 501: Generation failed"),
    ("timeout", "end", "ever", "fail 524 for ever"),
    ("timeout-then-success", "end", "5s", "fail 524, and that long afterwards success"),
    ("never", "end", "ever", "never ends"),
    ("unknown-state", "end", "ever", "ends in a state word nobody has seen, 'archived'"),
    ("record-null", "poll", "x2", "body code 422 'recordInfo is null', as for a task created seconds ago"),
    ("data-null", "poll", "x2", "code 200 with data null"),
    ("poll-busy", "poll", "x2", "body code 429 in HTTP 200"),
    ("poll-429", "poll", "x2", "a real HTTP 429"),
    ("poll-exception", "poll", "x2", "body code 500 'Server exception…'"),
    ("poll-500", "poll", "x2", "a real HTTP 500 with a Spring body"),
    ("poll-502", "poll", "x2", "HTTP 502 with an HTML page"),
    ("poll-drop", "poll", "x2", "connection dropped"),
    ("poll-not-json", "poll", "x2", "HTTP 200 with an HTML page"),
    ("poll-slow", "poll", "5s", "every answer that late"),
    ("poll-drip", "poll", "x1", "the right answer, one byte at a time"),
    ("poll-endless", "poll", "x1", "a body without end"),
    ("no-urls", "result", "x2", "success with an empty resultUrls, then as it should be"),
    ("no-result", "result", "x2", "success with an empty resultJson, then as it should be"),
    ("result-broken", "result", "ever", "success with a resultJson that is not JSON"),
    ("result-object", "shape", "ever", "resultJson is already an object"),
    ("urls", "shape", "x2", "several pictures"),
    ("url-foreign", "shape", "ever", "the result URL points to a host that must not be asked"),
    ("old-fields", "shape", "ever", "the field set from before September 2026"),
    ("file-html", "file", "ever", "an HTML page instead of the picture"),
    ("file-svg", "file", "ever", "an SVG"),
    ("file-empty", "file", "ever", "HTTP 200 without a byte"),
    ("file-truncated", "file", "ever", "a well-formed answer with half of the picture"),
    ("file-drop", "file", "ever", "the whole length promised, dropped in the middle"),
    ("file-huge", "file", "ever", "a picture without end, no Content-Length"),
    ("file-claims-huge", "file", "ever", "Content-Length of 10 GB"),
    ("file-drip", "file", "ever", "one byte at a time"),
    ("file-slow", "file", "5s", "headers that late"),
    ("file-403", "file", "ever", "HTTP 403"),
    ("file-404", "file", "ever", "expired, HTTP 404"),
    ("file-410", "file", "ever", "expired, HTTP 410"),
    ("file-502", "file", "ever", "HTTP 502 with an HTML page"),
    ("file-redirect", "file", "ever", "302 to the picture on the same origin"),
    ("file-expired", "file", "ever", "HTTP 404, but not for a link fresh from download-url"),
    ("file-redirect-ever", "file", "ever", "302 to itself, without end"),
    ("file-redirect-foreign", "file", "ever", "302 to a host that must not be asked"),
    ("file-redirect-loopback", "file", "ever", "302 to this machine, in a disguise"),
    ("file-polyglot", "file", "ever", "the picture, and behind its end a page with a script"),
    ("file-pixels", "file", "ever", "a PNG that says it has 30,000 x 30,000 pixels"),
    ("file-gzip", "file", "ever", "compressed, 50 KB that unfold to 50 MB, whatever was asked for"),
    ("file-type", "file", "ever", "the picture with Content-Type text/plain"),
    ("file-chunked", "file", "ever", "the picture without a Content-Length"),
    ("callback-unsigned", "callback", "ever", "without the signature headers"),
    (
        "callback-forged",
        "callback",
        "ever",
        "first a false 'success' with a wrong signature, then the true one",
    ),
    ("callback-swapped", "callback", "ever", "first one about another task, signed for that, then the true one"),
    ("callback-late", "callback", "5s", "that long after the end"),
    ("callback-twice", "callback", "ever", "sent two times"),
    ("callback-never", "callback", "ever", "not sent"),
)

SCRIPTS: dict[str, Script] = {row[0]: Script(*row) for row in _TABLE}


def as_text() -> str:
    """The table for a terminal, grouped by place."""
    lines = [(__doc__ or "").strip(), ""]
    for place, title in PLACES.items():
        lines += [
            title,
            *(f"  {s.name:<22} {s.amount:<5} {s.does}" for s in SCRIPTS.values() if s.place == place),
            "",
        ]
    return "\n".join(lines).rstrip()
