"""What Kie.ai may do with a wish, as the twin plays it, and how the wish must end then."""

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ends:
    """How a job ends: its state, what it cost, the code of its failure, how many tasks Kie.ai has accepted for it,
    and how many creates were sent."""

    state: str
    charged: str
    code: str | None
    accepted: int = 1
    sent: int = 1


MADE = Ends("success", "yes", None)
# Nobody can tell these two apart from here: so neither is sent again, and both are listed.
LOST = Ends("fail", "unknown", "outcome-unknown")
LOST_UNSENT = Ends("fail", "unknown", "outcome-unknown", accepted=0)

_ACCEPTED_UNHEARD = ("drop-after", "bad-gateway-accepted", "exception-accepted", "no-task-id")
# Kie.ai says that it is too much: the account's pace slows down for everybody.
TOO_MUCH = {
    name: Ends("success", "yes", None, sent=n)
    for name, n in (("busy-once", 2), ("busy-http-once", 2), ("busy x2", 3))
}
OTHERS: dict[str, Ends] = {
    # The create is answered as it should be, once in the end.
    **dict.fromkeys(("waiting", "generating", "all-states", "slow 3s"), MADE),
    # Its answer is lost, and its callback brings it back.
    **dict.fromkeys(_ACCEPTED_UNHEARD, MADE),
    **{f"drop-after, callback-{how}": MADE for how in ("late 4s", "twice", "forged", "swapped")},
    **{f"{lost}, callback-never": LOST for lost in _ACCEPTED_UNHEARD},
    "drop-after, callback-unsigned": LOST,
    **dict.fromkeys(("drop-before", "http-500", "bad-gateway", "exception", "not-json"), LOST_UNSENT),
    # It rings in all its ways, and the safety look finds what nobody has rung for.
    **{f"callback-{how}": MADE for how in ("never", "unsigned", "late 8s", "twice", "forged", "swapped")},
    # It does not tell at once how the task is doing, or not truly.
    **dict.fromkeys(("record-null", "data-null", "poll-busy", "poll-429", "poll-exception", "poll-500"), MADE),
    **dict.fromkeys(("poll-502", "poll-drop", "poll-not-json", "no-urls", "no-result"), MADE),
    **dict.fromkeys(("timeout-then-success 4s", "result-object", "old-fields"), MADE),
    **dict.fromkeys(("file-502 x1", "file-drop x1", "file-html x1", "file-expired"), MADE),
    # It says no.
    "fail-policy": Ends("fail", "no", "content-policy"),
    "fail-gemini, callback-twice": Ends("fail", "no", "prompt-not-drawable"),
    "fail-internal, callback-forged": Ends("fail", "no", "kie-failed"),
    "fail-501, callback-never": Ends("fail", "no", "kie-failed"),
    "drop-after, fail-policy": Ends("fail", "no", "content-policy"),
    "sub-key-limit": Ends("fail", "no", "kie-spending-cap", accepted=0),
}
ENDS = OTHERS | TOO_MUCH
_PLAIN, _EACH_OTHER = 8, 1  # shares of what is drawn by lot


def fates(count: int, seed: int) -> list[str]:
    """So many scripts by lot, each of OTHERS among them at least once."""
    chance = random.Random(seed)
    weights = [_PLAIN if script == "waiting" else _EACH_OTHER for script in OTHERS]
    found = [*OTHERS, *chance.choices(list(OTHERS), weights, k=count - len(OTHERS))]
    chance.shuffle(found)
    return found
