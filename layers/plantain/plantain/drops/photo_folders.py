"""Why a picture alone does not do where it lies: its first folder names no preset, or one that asks for more."""

from plantain.drops.dropped import folder_of
from plantain.faults import PresetBroken
from plantain.inbox.keys import DROPS
from plantain.models import Model
from plantain.presets.file import preset_in
from plantain.presets.finding import Presets
from plantain.presets.preset import Preset
from plantain.wishes.preset_wish import PRESET_NAME


def problems_of_folder(key: str, model: Model, library: Presets) -> list[str]:
    """What is wrong with the folder that a picture lies in, as sentences; empty if nothing is, or the preset is
    broken. Looks at each preset there is where it is the wrong one: they are told."""
    name = folder_of(key).partition("@")[0]
    file = library.now(name) if PRESET_NAME.fullmatch(name) else None
    if file is None:
        return [_no_preset(key), *_deeper(key, model, library), _those_for_a_picture(model, library)]
    try:
        preset, _ = preset_in(file, model)
    except PresetBroken:
        return []
    wanted = _words_wanted(preset)
    if wanted:
        return [
            f"The preset {name}, as the folder is named, needs words besides the picture: {', '.join(wanted)}."
        ]
    if preset.min_images > 1:
        return [f"The preset {name}, as the folder is named, works from {preset.min_images} pictures together."]
    return []


def _no_preset(key: str) -> str:
    folder = folder_of(key)
    where = f"in the folder {folder}, which is no preset" if folder else "in no folder"
    return f"The picture lies {where}; the first folder's name below {DROPS} is the preset to use."


def _deeper(key: str, model: Model, library: Presets) -> list[str]:
    """Folders further down that name a preset: people sort by month first."""
    first, *others = key.removeprefix(DROPS).split("/")[:-1] or [""]
    return [
        f"The preset must be the first folder: {DROPS}{name}/{first}/…, not {DROPS}{first}/{name}/…"
        for name in dict.fromkeys(others)
        if _does_from_a_picture(name, model, library)
    ]


def _those_for_a_picture(model: Model, library: Presets) -> str:
    names = [name for name in library.names() if _does_from_a_picture(name, model, library)]
    if not names:
        return "There is no preset that works from one picture alone."
    return f"These work from one picture alone: {', '.join(names)}."


def _does_from_a_picture(name: str, model: Model, library: Presets) -> bool:
    file = library.now(name) if PRESET_NAME.fullmatch(name) else None
    if file is None:
        return False
    try:
        preset, brand = preset_in(file, model)
    except PresetBroken:
        return False
    room = model.image_inputs - len(preset.brand_images) - (1 if brand and brand.logo else 0)
    takes = preset.min_images <= 1 <= room and "image_input" not in preset.locked
    return takes and not _words_wanted(preset)


def _words_wanted(preset: Preset) -> list[str]:
    return [
        f"{name} ({variable.description})" if variable.description else name
        for name, variable in preset.variables.items()
        if variable.is_required
    ]
