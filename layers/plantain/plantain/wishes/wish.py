"""A wish: a request in full, or a preset with what goes into it. Checked as far as the text alone tells."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from plantain.faults import Fault, InvalidRequest
from plantain.job import Request
from plantain.validation import checked
from plantain.wishes.preset_wish import WORDS, PresetFilling, PresetRequest, PresetWish, name_and_version
from plantain.wishes.request import Replayable, check_request, require_replayable
from plantain.wishes.terms import Terms

Wish = Request | PresetWish

_OWN = {"preset", "variables", *WORDS, "max_cost", *Replayable.model_fields}
# How a picture may be had and for how much changes nothing of it.
_NOT_OF_THE_PICTURE = {"max_cost", "cache"}


def check_wish(body: Mapping[str, Any], terms: Terms) -> Wish:
    """The checked wish in a body's camelCase fields. Raises PromptMissing or InvalidRequest."""
    if body.get("preset") is None:
        return check_request({name: value for name, value in body.items() if name != "preset"}, terms)
    if body.get("prompt") is not None:
        raise InvalidRequest(Fault("/prompt", "must be left out where a preset is named, which has its own"))
    fields = {name: value for name, value in body.items() if name != "prompt"}
    return _wish_of(checked(PresetRequest, fields, {"terms": terms}))


def check_filling(preset: str, body: Mapping[str, Any], terms: Terms) -> PresetWish:
    """The checked wish for a preset that is named elsewhere than in the body. Raises InvalidRequest."""
    name_and_version(preset)
    checked(PresetFilling, body, {"terms": terms})
    return _wish_of(checked(PresetRequest, {**body, "preset": preset}, {"terms": terms}))


def _wish_of(asked: PresetRequest) -> PresetWish:
    given = asked.model_dump(exclude_unset=True)
    name, version = name_and_version(asked.preset)
    require_replayable(asked.cache, asked.image_input)
    return PresetWish(
        name=name,
        version=version,
        variables=asked.variables,
        settings={name: value for name, value in given.items() if name not in _OWN},
        words={name: given[name] for name in WORDS if given.get(name) is not None},
        cache=asked.cache,
        max_cost=asked.max_cost,
    )


def fingerprint_of(wish: Wish) -> str:
    """The same for the same picture, for whatever it may cost."""
    return _hash_of({name: value for name, value in asdict(wish).items() if name not in _NOT_OF_THE_PICTURE})


def request_fingerprint_of(wish: Wish) -> str:
    """The same for the same request: what it may cost counts as well, and whether an earlier image will do."""
    return _hash_of(
        {name: value for name, value in asdict(wish).items() if value or name not in _NOT_OF_THE_PICTURE}
    )


def _hash_of(values: dict[str, Any]) -> str:
    """Without the model: it is the operator's choice, which may change between two calls."""
    asked = {name: value for name, value in values.items() if name != "model"}
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
