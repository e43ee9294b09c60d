"""Presets, as the HTTP API shows them."""

from typing import TYPE_CHECKING

from pydantic.alias_generators import to_camel

from plantain.faults import PresetBroken
from plantain.models import Model
from plantain.presets.composing import brand_images_of
from plantain.presets.file import PresetFile, preset_in
from plantain.presets.preset import Preset, Variable

if TYPE_CHECKING:
    from plantain.presets import answers


def preset_view(file: PresetFile, model: Model) -> "answers.Preset":
    """What a file offers; of a broken one, why it cannot be used."""
    shown: answers.Preset = {
        "name": file.name,
        "version": file.version,
        "shipped": file.is_shipped,
        "problems": [],
        "description": "",
        "variables": [],
        "settings": None,
        "style": "",
        "mood": "",
        "composition": "",
        "locked": [],
        "minImages": 0,
        "brandImages": 0,
        "brand": False,
    }
    try:
        preset, brand = preset_in(file, model)
    except PresetBroken as broken:
        shown["problems"] = list(broken.problems)
        return shown
    shown |= {
        "description": preset.description,
        "variables": [_variable(name, variable) for name, variable in preset.variables.items()],
        "settings": _settings(preset),
        "style": preset.style,
        "mood": preset.mood,
        "composition": preset.composition,
        "locked": [to_camel(name) for name in preset.locked],
        "minImages": preset.min_images,
        "brandImages": len(brand_images_of(preset, brand)),
        "brand": preset.brand,
    }
    return shown


def preset_in_full(file: PresetFile, model: Model) -> "answers.PresetInFull":
    """The same with its prompt."""
    shown = preset_view(file, model)
    return {**shown, "prompt": "" if shown["problems"] else preset_in(file, model)[0].prompt}


def _settings(preset: Preset) -> "answers.PictureSettings":
    return {
        "aspectRatio": preset.aspect_ratio,
        "resolution": preset.resolution,
        "outputFormat": preset.output_format,
    }


def _variable(name: str, variable: Variable) -> "answers.Variable":
    return {
        "name": name,
        "description": variable.description,
        "required": variable.is_required,
        "default": variable.default,
        "choices": list(variable.choices),
        "maxLength": variable.max_length,
    }
