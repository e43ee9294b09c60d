"""Looks at a preset's file as soon as it is put into the inbox, and tells whoever has put it there."""

from typing import Literal

from plantain.brand import BRAND
from plantain.inbox import inbox
from plantain.inbox_key import pinned
from plantain.inbox_reports import report_failure, report_id_of, tag_source
from plantain.job import Source
from plantain.models import Model
from plantain.plain_words import failed_text, stem_of
from plantain.preset import MAX_PRESET_BYTES
from plantain.preset_file import problems_of_brand, problems_of_preset
from plantain.presets import ENDING, FOLDER, preset_name_of

_MISNAMED = (
    f"A preset's file lies directly in {FOLDER}, and its name before {ENDING} has 1 to 63 lower-case letters "
    "(a to z), digits and hyphens, not a hyphen first."
)
_ADVICE = (
    "Change that, and put the file there again. Until then every request for this preset is refused, without "
    "cost. Earlier versions can still be asked for, as name@version."
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
        text = failed_text(f"The preset {source.key} cannot be used.", problems, charged="no", advice=_ADVICE)
        report_failure(stem_of(source.key), report_id_of(source), text)
    tag_source(source, "fail" if problems else "success")
    return "fail" if problems else "success"


def _problems(key: str, content: bytes, model: Model) -> list[str]:
    if key == f"{FOLDER}{BRAND}{ENDING}":
        return problems_of_brand(content)
    return problems_of_preset(content, model) if preset_name_of(key) else [_MISNAMED]
