"""One task and what it is at a given moment; pure, every time in seconds since the epoch."""

from dataclasses import dataclass, field
from typing import Any

from local.twin.cues import Score, without_markers
from local.twin.models import Model

FAILURES = {
    "fail-policy": ("400", "Your prompt was flagged by Website as violating content policies."),
    "fail-policy-422": ("422", "CONTENT_POLICY_BLOCKED: the request was blocked by the content policy."),
    "fail-fetch": ("400", "Image fetch failed. Check access settings or use our File Upload API instead."),
    "fail-internal": ("500", "Internal Error, Please try again later."),
    "fail-gemini": (
        "500",
        "Gemini could not generate an image with the given prompt. Please try again with a different prompt.",
    ),
    "fail-501": ("501", "Generation failed"),
    "timeout": ("524", "generate task timeout."),
    "timeout-then-success": ("524", "generate task timeout."),
}
"""failCode and failMsg of each script that fails."""


@dataclass(frozen=True)
class Seen:
    """What a poll sees: Kie's state word, and once it is over the failure (code, text) and the time."""

    state: str
    failure: tuple[str, str] | None = None
    completed: float | None = None


@dataclass
class Task:
    """`wish` is the `input` object as it was sent. `inputs` are the fetched images as JPEG or PNG bytes:
    None while they are being fetched, `fetch_failed` when one could not be had."""

    task_id: str
    model: Model
    wish: dict[str, Any]
    credits: float
    created: float
    draw_seconds: float
    call_back_url: str | None = None
    score: Score = field(default_factory=Score)
    inputs: tuple[bytes, ...] | None = ()
    inputs_at: float = 0.0
    fetch_failed: bool = False
    polls: int = 0
    downloads: int = 0
    fresh_links: int = 0

    @property
    def text(self) -> str:
        """The prompt without its markers."""
        return without_markers(self.wish["prompt"])

    @property
    def output_format(self) -> str:
        return str(self.wish.get("output_format") or "png")

    @property
    def pictures(self) -> int:
        """How many pictures it gives, 1 to 9."""
        cue = self.score.get("urls")
        return min(max(cue.amount.times or 2, 1), 9) if cue else 1

    def ends(self) -> list[float]:
        """When it ends; a second time where a timeout turns into success; nothing while that is open."""
        cue = self.score.first("end")
        if self.inputs is None or (cue and cue.name == "never"):
            return []
        if self.fetch_failed:
            return [self.inputs_at]
        end = max(self.created + self.draw_seconds, self.inputs_at)
        return [end, end + cue.seconds] if cue and cue.name == "timeout-then-success" else [end]

    def at(self, now: float) -> Seen:
        ends = self.ends()
        if not ends or now < ends[0]:
            return Seen(self._running_word(now))
        if self.fetch_failed:
            return Seen("fail", FAILURES["fail-fetch"], ends[0])
        cue = self.score.first("end")
        if cue is None or (len(ends) == 2 and now >= ends[1]):
            return Seen("success", None, ends[-1])
        if cue.name == "unknown-state":
            return Seen("archived", None, ends[0])
        return Seen("fail", FAILURES[cue.name], ends[0])

    def _running_word(self, now: float) -> str:
        cue = self.score.first("running")
        if cue is None or cue.name != "all-states":
            return cue.name if cue else "waiting"
        part = (now - self.created) / (self.draw_seconds or 1.0)
        return ("waiting", "queuing", "generating")[min(int(part * 3), 2)]
