"""From the markers of a prompt to what is played: parsing, amounts and the counting."""

import re
from collections import Counter
from dataclasses import dataclass, field, replace

from local.twin.scripts import SCRIPTS, Place, Script

_MARKER = re.compile(r"\[twin:([^\]]*)\]")
_CUE = re.compile(r"([a-z0-9-]+)(?:\s+(?:x(\d{1,6})|(\d{1,6}(?:\.\d{1,3})?)s|(ever)))?")


@dataclass(frozen=True)
class Amount:
    """How often (`times`) or how long (`seconds`); neither means without end."""

    times: int | None = None
    seconds: float | None = None

    def covers(self, nth: int, elapsed: float) -> bool:
        if self.times is not None:
            return nth <= self.times
        return self.seconds is None or elapsed < self.seconds


@dataclass(frozen=True)
class Cue:
    """One script with its amount; `given` tells whether the amount was written or is the table's."""

    script: Script
    amount: Amount
    given: bool

    @property
    def name(self) -> str:
        return self.script.name

    @property
    def seconds(self) -> float:
        """The seconds given, else the table's."""
        if self.amount.seconds is not None:
            return self.amount.seconds
        return _amount(_default(self.script)).seconds or 0.0

    def plays(self, nth: int, elapsed: float) -> bool:
        """Whether the nth time, `elapsed` seconds after the first, is still covered."""
        if self.script.amount.endswith("s") and self.amount.seconds is not None:
            return True  # these seconds are a delay of each answer, not the time during which it is played
        return self.amount.covers(nth, elapsed)


def parse(text: str) -> tuple[Cue, ...]:
    """Read `busy x2, slow 3s`. Raises ValueError naming what is not in the table."""
    return tuple(_cue(part.strip()) for part in text.split(",") if part.strip())


def _cue(text: str) -> Cue:
    found = _CUE.fullmatch(text)
    name = found[1] if found else text
    once = name.endswith("-once") and name not in SCRIPTS
    script = SCRIPTS.get(name.removesuffix("-once") if once else name)
    if not found or not script:
        raise ValueError(f"no script called {text!r}; `python -m local.twin --scripts` lists them")
    given = once or bool(found[2] or found[3] or found[4])
    return Cue(script, Amount(1) if once else _amount(found if given else _default(script)), given)


def _default(script: Script) -> re.Match[str]:
    found = _CUE.fullmatch(f"{script.name} {script.amount}")
    assert found, script
    return found


def _amount(found: re.Match[str]) -> Amount:
    if found[2]:
        return Amount(times=int(found[2]))
    return Amount(seconds=float(found[3])) if found[3] else Amount()


def in_prompt(prompt: str) -> tuple[Cue, ...]:
    """Every cue of every marker, in the order written. Raises ValueError."""
    return tuple(cue for inside in _MARKER.findall(prompt) for cue in parse(inside))


def without_markers(prompt: str) -> str:
    """The prompt as it is drawn."""
    return re.sub(r"[ \t]{2,}", " ", _MARKER.sub("", prompt)).strip() if "[twin:" in prompt else prompt


@dataclass
class Score:
    """The cues of one task or one repeated prompt, how often each was played, and when each place began."""

    cues: tuple[Cue, ...] = ()
    played: Counter[int] = field(default_factory=Counter)
    began: dict[Place, float] = field(default_factory=dict)

    def play(self, place: Place, now: float) -> Cue | None:
        """The next cue of this place that is not used up, in the order written; it counts as played."""
        elapsed = now - self.began.setdefault(place, now)
        for index, cue in enumerate(self.cues):
            if cue.script.place == place and cue.plays(self.played[index] + 1, elapsed):
                self.played[index] += 1
                return cue
        return None

    def used_up(self) -> bool:
        """Whether it holds create faults only, each played as often as it was asked to."""
        return all(
            cue.script.place == "create"
            and cue.amount.times is not None
            and self.played[index] >= cue.amount.times
            for index, cue in enumerate(self.cues)
        )

    def get(self, name: str) -> Cue | None:
        return next((cue for cue in self.cues if cue.name == name), None)

    def first(self, place: Place) -> Cue | None:
        return next((cue for cue in self.cues if cue.script.place == place), None)


def for_next(text: str) -> Score:
    """A score for `POST /_twin/next`: a create fault without a number is played once. Raises ValueError."""
    cues = parse(text)
    if not cues:
        raise ValueError("no script named")
    once = Amount(times=1)
    return Score(
        tuple(replace(cue, amount=once) if cue.script.place == "create" and not cue.given else cue for cue in cues)
    )
