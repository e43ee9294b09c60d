"""Composes a request from a preset: subject, layout and content first, then style, mood, composition and brand.

The order is the one that serves infographics best. Each part is a paragraph of its own, and no value that goes
into one can begin another: values have no blank lines, and what they hold is never read as a variable.
"""

import unicodedata
from collections.abc import Iterator
from typing import Any

from pydantic.alias_generators import to_camel

from plantain.faults import Fault, InvalidRequest
from plantain.job import Request
from plantain.models import Model
from plantain.presets.brand import Brand, sentences_of
from plantain.presets.fields import one_line
from plantain.presets.preset import Preset, Variable
from plantain.presets.template_text import filled
from plantain.validation import MAX_FAULTS
from plantain.wishes.preset_wish import PresetWish
from plantain.wishes.request import PictureSettings


def composed(wish: PresetWish, preset: Preset, brand: Brand | None, model: Model) -> Request:
    """The request that a wish comes to. Raises InvalidRequest, its pointers into the wish over HTTP.

    Own images come first, then the brand's, its logo last; all of them are still only named, not looked at.
    """
    values = {name: as_value(value) for name, value in wish.variables.items()}
    own, brands = tuple(wish.settings.get("image_input", ())), brand_images_of(preset, brand)
    faults = [
        *_faults_of_locks(wish, preset),
        *_faults_of_values(values, wish.name, preset, model),
        *_faults_of_images(len(own), len(brands), wish.name, preset, model),
    ]
    if faults:
        raise InvalidRequest(*faults[:MAX_FAULTS])
    values = {name: values.get(name) or variable.default or "" for name, variable in preset.variables.items()}
    words = preset.words | {name: one_line(text) for name, text in wish.words.items()}
    paragraphs = [
        filled(preset.prompt, values).strip(),
        *(f"{name.title()}: {text.rstrip('.')}." for name, text in words.items() if text),
        " ".join([*_sentences_of_images(len(own), preset, brand), *(sentences_of(brand) if brand else [])]),
    ]
    prompt = "\n\n".join(filter(None, paragraphs))
    if len(prompt) > model.prompt_length:
        detail = f"make a prompt of {len(prompt)} characters; {model.name} takes at most {model.prompt_length}"
        raise InvalidRequest(Fault("/variables", detail))
    settings = _settings(wish, preset)
    return Request(
        model.name, prompt, **settings, image_input=own + brands, cache=wish.cache, max_cost=wish.max_cost
    )


def as_value(text: str) -> str:
    """A value as it goes into a prompt: its lines trimmed, none of them blank. Blank is empty: not given."""
    return "\n".join(filter(None, (one_line(line) for line in text.splitlines())))


def brand_images_of(preset: Preset, brand: Brand | None) -> tuple[str, ...]:
    """The keys of the images that a preset adds, each once; the logo last."""
    logo = brand.logo if brand else None
    return (*dict.fromkeys(key for key in preset.brand_images if key != logo), *([logo] if logo else []))


def _settings(wish: PresetWish, preset: Preset) -> dict[str, Any]:
    return {name: wish.settings.get(name, getattr(preset, name)) for name in PictureSettings.model_fields}


def _faults_of_locks(wish: PresetWish, preset: Preset) -> Iterator[Fault]:
    own = preset.words | {name: getattr(preset, name) for name in PictureSettings.model_fields}
    for name, given in {**wish.settings, **wish.words}.items():
        if name in preset.locked and given != own.get(name, ()):
            fixed = f" ({own[name]})" if own.get(name) else ""
            yield Fault(f"/{to_camel(name)}", f"must be left out: the preset {wish.name} locks it{fixed}")


def _faults_of_values(values: dict[str, str], name: str, preset: Preset, model: Model) -> Iterator[Fault]:
    known = f"which has {', '.join(preset.variables)}" if preset.variables else "which has none"
    for unknown in sorted(values.keys() - preset.variables.keys()):
        yield Fault(f"/variables/{unknown}", f"is not a variable of the preset {name}, {known}")
    for variable, described in preset.variables.items():
        value = values.get(variable, "")
        if len(value) > model.prompt_length:  # before it stands in a hundred places
            yield Fault(f"/variables/{variable}", f"must be at most {model.prompt_length} characters")
        elif fault := _fault_of(value, described, name):
            yield Fault(f"/variables/{variable}", fault)


def _fault_of(value: str, variable: Variable, name: str) -> str | None:
    if not value:
        meaning = f" (what it is: {variable.description})" if variable.description else ""
        return f"is required by the preset {name}{meaning}" if variable.is_required else None
    if any(unicodedata.category(character) == "Cc" for character in value if character != "\n"):
        return "must not contain control characters"
    return variable.fault_of(value)


def _faults_of_images(own: int, brands: int, name: str, preset: Preset, model: Model) -> Iterator[Fault]:
    if own < preset.min_images:
        yield Fault("/imageInput", f"must hold at least {preset.min_images} for the preset {name}, it holds {own}")
    if own + brands > model.image_inputs:
        yield Fault(
            "/imageInput",
            f"holds {own} of your own, and the preset {name} adds {brands} of the brand: {own + brands} images, "
            f"where {model.name} takes at most {model.image_inputs}",
        )


def _sentences_of_images(own: int, preset: Preset, brand: Brand | None) -> Iterator[str]:
    images = brand_images_of(preset, brand)
    logo = 1 if brand and brand.logo else 0
    first, last = own + 1, own + len(images) - logo
    if last > first:
        yield f"Input images {first} to {last} show the brand's look: take style and details from them."
    elif last == first:
        yield f"Input image {first} shows the brand's look: take style and details from it."
    if logo:
        yield (
            f"Input image {last + 1} is the brand's logo: place it once, small, near a corner with clear space "
            "around it, and do not redraw, recolour or distort it."
        )
