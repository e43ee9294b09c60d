"""Says a job's failure in words for people who know neither Kie.ai nor AWS."""

from plantain.job import Failure
from plantain.task import Charged

_OPERATOR = "Show this text to whoever runs Plantain for you"
_LATER = "Drop the file again later."
_LOST = (
    "Nobody can say yet whether the picture was made, so Plantain does not ask for it again by itself.",
    f"{_OPERATOR}: `plantain jobs unknown` lists the job. To drop the file again may cost a second time.",
)
_NOT_COPIED = (
    "Kie.ai made the picture, but what it made could not be fetched or is no whole picture.",
    f"{_OPERATOR}: `plantain jobs redrive` with the number of the job fetches what Kie.ai has made, within some "
    "days. To drop the file again costs again.",
)
_NO_KEY = (
    "Plantain could not log in at Kie.ai, which draws the pictures.",
    f"{_OPERATOR}: Kie.ai's key has to be set anew. Then drop the file again.",
)

# A job that ran out of time or was stopped has come as far as its charge says.
_STOPPED: dict[Charged, tuple[str, str]] = {
    "no": ("It was stopped before Kie.ai was asked.", _LATER),
    "yes": (
        "It was stopped, or ran out of time, before what Kie.ai made was fetched.",
        _NOT_COPIED[1],
    ),
}

_WORDS: dict[str, tuple[str, str]] = {
    "misconfigured": (
        "Plantain has not been told rightly what a picture costs or may cost, and asks for none without knowing.",
        f"{_OPERATOR}: its settings have to be corrected. Then drop the file again.",
    ),
    "kie-key-missing": _NO_KEY,
    "kie-key-rejected": _NO_KEY,
    "kie-key-unreadable": _NO_KEY,
    "kie-spending-cap": (
        "The account at Kie.ai that pays for the pictures has reached its spending limit.",
        f"{_OPERATOR}: the limit has to be raised. Then drop the file again.",
    ),
    "max-cost-exceeded": (
        "The picture costs more than the max_cost that was given for it: prices have changed meanwhile.",
        "Give a higher max_cost, or a smaller resolution, and drop the file again.",
    ),
    "kie-busy": ("Kie.ai, which draws the pictures, was too busy or could not be reached.", _LATER),
    "not-sent": ("Something went wrong, or the wait took too long, before Kie.ai was asked.", _LATER),
    "outcome-unknown": ("Kie.ai was asked, and its answer was lost on the way. " + _LOST[0], _LOST[1]),
    "status-unavailable": (
        "Kie.ai took the request, and could not be asked how it ended. " + _LOST[0],
        _LOST[1],
    ),
    "timed-out": ("Kie.ai took much longer than it ever should. " + _LOST[0], _LOST[1]),
    "aborted": ("Somebody who runs Plantain stopped it. " + _LOST[0], _LOST[1]),
    "image-not-stored": _NOT_COPIED,
    "content-policy": (
        "Kie.ai does not draw this: it says that it is against its content policy.",
        "Say it in other words, or take another picture to work from, and drop the file again.",
    ),
    "prompt-not-drawable": (
        "Kie.ai could not draw anything from these words.",
        "Say it in other words, with more of what is to be seen, and drop the file again.",
    ),
    "earlier-unsettled": (
        "The same picture was asked for before. Nobody can say yet whether it was made, or it could not be "
        "fetched, so Plantain does not ask for it again by itself.",
        f"{_OPERATOR}: they can look it up at Kie.ai. Without the line cache the picture is asked for all the "
        "same, and may cost a second time.",
    ),
    "input-image-gone": (
        "A picture that was to be worked from is no longer in the inbox.",
        "Put it there again, and drop the file again.",
    ),
    "input-image-unreachable": (
        "Kie.ai could not fetch a picture that was to be worked from.",
        "See whether its address opens in a browser without logging in, and drop the file again.",
    ),
}


def words_of(failure: Failure) -> tuple[str, str]:
    """What happened, and what to do. What only Kie.ai can say is quoted as it says it."""
    if failure.code in ("timed-out", "aborted") and failure.charged in _STOPPED:
        return _STOPPED[failure.charged]
    if failure.code.startswith("result-"):
        return _NOT_COPIED
    if known := _WORDS.get(failure.code):
        return known
    if failure.code == "budget-exceeded":
        return failure.message, f"Drop the file again then. {_OPERATOR}: they can give more."
    said = f'Kie.ai made no picture. It said: "{failure.message}"'
    return said, "Change what it names, and drop the file again."
