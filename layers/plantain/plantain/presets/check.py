"""Looks at a preset's file as soon as it is put into the inbox, and tells whoever has put it there."""

from collections.abc import Mapping
from typing import Literal

from plantain.documents import text_of
from plantain.faults import Fault
from plantain.inbox.bucket import inbox
from plantain.inbox.keys import PRESETS, pinned
from plantain.job import Source
from plantain.models import Model
from plantain.presets.file import images_of_brand, images_of_preset, problems_of_brand, problems_of_preset
from plantain.presets.keys import BRAND_KEY, ENDING, preset_name_of
from plantain.presets.preset import MAX_PRESET_BYTES
from plantain.reports.failed_text import failed_text
from plantain.reports.problem_lines import problem_lines
from plantain.reports.telling import tag_source, tell_refused
from plantain.wishes.input_images import looked_at

_MISNAMED = (
    f"A preset's file lies directly in {PRESETS}, and its name before {ENDING} has 1 to 63 lower-case letters "
    "(a to z), digits and hyphens, not a hyphen first."
)
_ADVICE = (
    "Change that, and put the file there again. Until then every request for this preset is refused, without "
    "cost. Earlier versions can still be asked for, as name@version."
)
_ADVICE_OF_BRAND = (
    "Change that, and put the file there again. Until then every request for a preset that uses the brand is "
    "refused, without cost; those that come with Plantain mostly do."
)


def check_put(source: Source, model: Model) -> Literal["gone", "success", "fail"]:
    """What this version of a file below `presets/` is worth; telling it again changes nothing.

    Raises what AWS raises.
    """
    reference = pinned(source.key, source.version)
    found = inbox().find(reference)
    if found is None:
        return "gone"
    content = inbox().read(reference, MAX_PRESET_BYTES + 1) if found.size else b""
    problems = _problems(source.key, content, model)
    if problems:
        is_brand = source.key == BRAND_KEY
        subject = f"The {'brand profile' if is_brand else 'preset'} {source.key} cannot be used."
        advice = _ADVICE_OF_BRAND if is_brand else _ADVICE
        tell_refused(source, failed_text(subject, problems, charged="no", advice=advice))
        return "fail"
    tag_source(source, "success")
    return "success"


def _problems(key: str, content: bytes, model: Model) -> list[str]:
    if key == BRAND_KEY:
        return problems_of_brand(content) or _problems_of_images(images_of_brand(content), content)
    if preset_name_of(key):
        return problems_of_preset(content, model) or _problems_of_images(images_of_preset(content, model), content)
    return [_MISNAMED]


def _problems_of_images(images: Mapping[str, str], content: bytes) -> list[str]:
    """Every request that uses one that is not there would be refused."""
    found = {pointer: (key, looked_at(inbox(), key)[1]) for pointer, key in images.items()}
    faults = [
        Fault(pointer, f"{key} {fault}: put the picture there first, or leave it out of this file")
        for pointer, (key, fault) in found.items()
        if fault
    ]
    return problem_lines(faults, text_of(content))
