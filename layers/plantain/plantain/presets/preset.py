"""A preset as it is written in `presets/<name>.toml`: the house style as a file, and what it leaves open."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from plantain.faults import Fault, InvalidRequest
from plantain.models import Model
from plantain.presets.fields import BrandImage, Flag, Line, Locked, Scalar, VariableName, Words
from plantain.presets.template_text import stray_dollars, variables_in
from plantain.validation import MAX_FAULTS, checked
from plantain.wishes.preset_wish import WORDS, FewVariables
from plantain.wishes.request import PictureSettings, few_enough
from plantain.wishes.terms import Terms

MAX_PRESET_BYTES = 64 * 1024


class Variable(BaseModel):
    """One place that a preset leaves open."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    required: Flag | None = None
    """Whether it must be given. Without this line: if it has no default."""
    default: Scalar | None = None
    choices: tuple[Scalar, ...] = ()
    max_length: Annotated[int, Field(strict=True, ge=1, le=MAX_PRESET_BYTES)] | None = None
    """In characters."""
    description: Line = ""

    @property
    def is_required(self) -> bool:
        """Whether a wish must give it."""
        return self.default is None if self.required is None else self.required

    def fault_of(self, value: str) -> str | None:
        """What is wrong with a value, as a clause; None if nothing is."""
        if self.choices and value not in self.choices:
            return f"must be one of {', '.join(self.choices)}"
        if self.max_length is not None and len(value) > self.max_length:
            return f"must be at most {self.max_length} characters, this one has {len(value)}"
        return None


class Preset(PictureSettings):
    """A checked preset."""

    model_config = ConfigDict(frozen=True)

    prompt: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
    description: Line = ""
    style: Words = ""
    mood: Words = ""
    composition: Words = ""
    brand: Flag = False
    brand_images: Annotated[tuple[BrandImage, ...], BeforeValidator(few_enough)] = ()
    min_images: Annotated[int, Field(strict=True, ge=0)] = 0
    """How many images of its own a wish must bring."""
    locked: tuple[Locked, ...] = ()
    variables: Annotated[dict[VariableName, Variable], FewVariables] = Field(default_factory=dict)

    @property
    def words(self) -> dict[str, str]:
        """Its style, mood and composition."""
        return {name: getattr(self, name) for name in WORDS}


def preset_of(document: Mapping[str, Any], model: Model) -> Preset:
    """The preset in a file's table. Raises InvalidRequest, its pointers into the file."""
    context = {"terms": Terms(model, caller="")}
    try:
        preset = checked(Preset, document, context)
        faults: list[Fault] = []
    except InvalidRequest as invalid:
        faults = list(invalid.faults)
        try:
            preset = checked(Preset, _without(document, faults), context)
        except InvalidRequest:
            raise invalid from None
    checks = _faults_of_prompt(preset, model), _faults_of_variables(preset), _faults_of_images(preset, model)
    if faults := [*faults, *chain(*checks)]:
        raise InvalidRequest(*faults[:MAX_FAULTS])
    return preset


def _without(document: Mapping[str, Any], faults: Sequence[Fault]) -> dict[str, Any]:
    """The rest of a file, so that what is wrong with it is told at once; a variable keeps its name."""
    rest = dict(document)
    for fault in faults:
        field, _, below = fault.pointer[1:].partition("/")
        if field == "variables" and below:
            rest["variables"] = rest["variables"] | {below.partition("/")[0]: {}}
        elif field not in ("prompt", "variables"):
            rest.pop(field, None)
    return rest


def _faults_of_prompt(preset: Preset, model: Model) -> Iterator[Fault]:
    if (length := len(preset.prompt)) > model.prompt_length:
        yield Fault("/prompt", f"has {length} characters; {model.name} takes at most {model.prompt_length}")
    for line, text in stray_dollars(preset.prompt):
        yield Fault("/prompt", f'has "{text}" in its line {line}, which is no variable; $$ makes a dollar sign')
    for name in sorted(variables_in(preset.prompt) - preset.variables.keys()):
        near = difflib.get_close_matches(name, preset.variables, 1)
        advice = f"did you mean ${near[0]}?" if near else f"add a table [variables.{name}]"
        yield Fault("/prompt", f"uses ${name}, which is none of the preset's variables; {advice}")


def _faults_of_variables(preset: Preset) -> Iterator[Fault]:
    for name in sorted(preset.variables.keys() - variables_in(preset.prompt)):
        yield Fault(f"/variables/{name}", f"is not used: the prompt has no ${name}")
    for name, variable in preset.variables.items():
        if variable.required and variable.default is not None:
            yield Fault(f"/variables/{name}/default", "makes no sense where required is true")
        elif variable.default and (fault := variable.fault_of(variable.default)):
            yield Fault(f"/variables/{name}/default", fault)


def _faults_of_images(preset: Preset, model: Model) -> Iterator[Fault]:
    if preset.min_images > model.image_inputs:
        yield Fault("/min_images", f"must be at most {model.image_inputs}: {model.name} takes no more")
    if preset.min_images and "image_input" in preset.locked:
        yield Fault("/locked", "must not hold image_input where min_images asks for images")
