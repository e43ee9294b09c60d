"""The presets that come with Plantain: each usable as it is, with as little as possible said."""

import re
from typing import Any

import pytest

from plantain.faults import InvalidRequest
from plantain.job import Request
from plantain.models import MODELS, Model
from plantain.presets.composing import composed
from plantain.presets.file import preset_in
from plantain.presets.finding import presets
from plantain.presets.preset import Preset
from plantain.wishes.preset_wish import PresetWish
from tests.conftest import Cloud

# What nobody can guess. Everything else has a good default.
NEEDED = {
    "infographic": {"topic"},
    "quote-card": {"quote"},
    "career-timeline": {"name", "stations"},
    "thumbnail": {"topic"},
    "recolor": set(),
    "merge": set(),
}
IMAGES = {"recolor": 1, "merge": 2}
# As README.md and the fields of a wish offer them.
STYLES = ("isometric 3D", "flat design", "minimalist", "cinematic", "data visualization")
MOODS = ("professional", "bold", "modern", "tech-forward", "premium")
COMPOSITIONS = ("centered", "asymmetric", "grid layout", "hero image")


@pytest.fixture(params=MODELS.values(), ids=lambda model: model.name)
def model(request: Any) -> Model:
    chosen: Model = request.param
    return chosen


def preset_of(name: str, model: Model) -> Preset:
    return preset_in(presets().get(name), model)[0]


def request_of(name: str, model: Model, variables: dict[str, str], images: int | None = None) -> Request:
    inputs = tuple(
        f"https://x.test/{number}.png" for number in range(IMAGES.get(name, 0) if images is None else images)
    )
    return composed(
        PresetWish(name, None, variables, {"image_input": inputs}, {}), preset_of(name, model), None, model
    )


def test_these_are_shipped(cloud: Cloud) -> None:
    assert presets().names() == sorted(NEEDED)


@pytest.mark.parametrize("name", NEEDED)
def test_it_asks_for_what_nobody_can_guess_and_for_nothing_else(cloud: Cloud, model: Model, name: str) -> None:
    preset = preset_of(name, model)

    assert {variable for variable, said in preset.variables.items() if said.is_required} == NEEDED[name]
    assert preset.min_images == IMAGES.get(name, 0)
    assert preset.description
    assert all(variable.description for variable in preset.variables.values())
    assert all(variable.max_length or variable.choices for variable in preset.variables.values())


@pytest.mark.parametrize("name", NEEDED)
def test_with_the_least_said_the_prompt_is_whole(cloud: Cloud, model: Model, name: str) -> None:
    given = {variable: f"the {variable}" for variable in NEEDED[name]}

    request = request_of(name, model, given)

    assert all(value in request.prompt for value in given.values())
    assert not re.search(r"\$|\"\"|: *\n|  |\n\n\n|\.\.", request.prompt), request.prompt
    assert request.resolution == "2K"


@pytest.mark.parametrize("name", NEEDED)
def test_with_everything_said_the_prompt_is_within_the_limit(cloud: Cloud, model: Model, name: str) -> None:
    variables = preset_of(name, model).variables
    given = {
        variable: said.choices[-1] if said.choices else "x" * (said.max_length or 0)
        for variable, said in variables.items()
    }

    request = request_of(name, model, given)

    assert all(value in request.prompt for value in given.values())
    assert len(request.prompt) < model.prompt_length * 0.7  # and a brand profile finds room


@pytest.mark.parametrize("name", NEEDED)
def test_its_words_are_those_that_are_offered(cloud: Cloud, model: Model, name: str) -> None:
    for words, offered in zip(preset_of(name, model).words.values(), (STYLES, MOODS, COMPOSITIONS), strict=True):
        assert {word for word in words.split(", ") if word} - {"calm"} <= set(offered)


@pytest.mark.parametrize("name", NEEDED)
def test_no_line_of_a_prompt_breaks_off_in_a_sentence(cloud: Cloud, model: Model, name: str) -> None:
    """A model may take the end of a line for the end of a thought."""
    lines = filter(None, preset_of(name, model).prompt.split("\n"))

    assert [line for line in lines if not re.search(r'(\.|"|\$[a-z]+)$', line)] == []


def test_a_thumbnail_has_the_shape_of_a_video(cloud: Cloud, model: Model) -> None:
    preset = preset_of("thumbnail", model)

    assert (preset.aspect_ratio, preset.locked) == ("16:9", ("aspect_ratio",))


def test_a_photo_alone_is_recoloured_and_not_merged(cloud: Cloud, model: Model) -> None:
    assert request_of("recolor", model, {}, images=1).image_input
    with pytest.raises(InvalidRequest) as invalid:
        request_of("merge", model, {}, images=1)
    assert [fault.detail for fault in invalid.value.faults] == [
        "must hold at least 2 for the preset merge, it holds 1"
    ]
