"""What a preset and a wish come to: the order, what may be overridden, and values that stay values."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantain.documents import toml_document
from plantain.faults import Fault, InvalidRequest
from plantain.job import Request
from plantain.models import MODELS
from plantain.presets.brand import Brand, brand_of
from plantain.presets.composing import as_value, composed
from plantain.presets.preset import preset_of
from plantain.presets.template_text import filled, variables_in
from plantain.wishes.preset_wish import PresetWish

MODEL = MODELS["nano-banana-pro"]
CARD = """
prompt = '''
A card that says "$words".
The small print: $small
It costs $$5.
'''
aspect_ratio = "1:1"
style = "flat design"
mood = "bold."
locked = ["mood", "aspect_ratio"]
[variables.words]
max_length = 10
description = "What it says"
[variables.small]
required = false
choices = ["yes", "no"]
"""
UNKNOWN = "is not a variable of the preset card, which has words, small"
PROFILE = brand_of(
    toml_document(b"""
typography = "Inter."
logo = "presets/logo.png"
colours = { main = "#0B6E4F", ground = "white" }
wording = { keep = ["Plantain", "e-mail"], avoid = ["cheap"] }
""")
)


def wish(
    variables: dict[str, str] | None = None, words: dict[str, str] | None = None, **settings: Any
) -> PresetWish:
    return PresetWish("card", None, {"words": "Hello"} if variables is None else variables, settings, words or {})


def made(asked: PresetWish, text: str = CARD, brand: Brand | None = None) -> Request:
    return composed(asked, preset_of(toml_document(text.encode()), MODEL), brand, MODEL)


def faults_of(asked: PresetWish, text: str = CARD, brand: Brand | None = None) -> list[Fault]:
    with pytest.raises(InvalidRequest) as invalid:
        made(asked, text, brand)
    return list(invalid.value.faults)


def test_a_prompt_goes_from_the_subject_over_style_mood_and_composition_to_the_brand() -> None:
    words = {"composition": "grid layout", "style": "isometric\n3D"}
    images = ("https://x.test/a.png",)

    request = made(wish({"words": "Hello", "small": "yes"}, words, image_input=images), CARD, PROFILE)

    assert request.prompt == (
        'A card that says "Hello".\nThe small print: yes\nIt costs $5.\n\n'
        "Style: isometric 3D.\n\n"
        "Mood: bold.\n\n"
        "Composition: grid layout.\n\n"
        "Input image 2 is the brand's logo: place it once, small, near a corner with clear space around it, and "
        "do not redraw, recolour or distort it. "
        "Keep to these colours and tints of them: #0B6E4F as main, white as ground. "
        'Typography: Inter. Wherever these words are written, write them exactly so: "Plantain", "e-mail". '
        'Do not add any of these words: "cheap".'
    )
    assert request.image_input == ("https://x.test/a.png", "presets/logo.png")


def test_what_is_not_given_leaves_no_gap() -> None:
    assert made(wish({}), 'prompt = "A leaf"').prompt == "A leaf"
    assert made(wish()).prompt == 'A card that says "Hello".\nIt costs $5.\n\nStyle: flat design.\n\nMood: bold.'


def test_a_blank_value_is_none_given() -> None:
    assert made(wish({"words": "Hello", "small": " \n "})) == made(wish())
    assert faults_of(wish({"words": " "})) == [
        Fault("/variables/words", "is required by the preset card (what it is: What it says)")
    ]


def test_own_settings_stand_before_the_presets() -> None:
    request = made(wish(resolution="4K", output_format="jpg"))

    assert (request.aspect_ratio, request.resolution, request.output_format) == ("1:1", "4K", "jpg")
    assert request.model == MODEL.name


def test_what_is_locked_may_not_be_overridden_but_said_again() -> None:
    assert made(wish(words={"mood": "bold."}, aspect_ratio="1:1")) == made(wish())
    assert faults_of(wish(words={"mood": "calm"}, aspect_ratio="16:9")) == [
        Fault("/aspectRatio", "must be left out: the preset card locks it (1:1)"),
        Fault("/mood", "must be left out: the preset card locks it (bold.)"),
    ]
    locked = 'prompt = "a"\nlocked = ["image_input"]'
    assert faults_of(wish({}, image_input=("https://x.test/a.png",)), locked) == [
        Fault("/imageInput", "must be left out: the preset card locks it")
    ]
    assert made(wish({}, image_input=()), locked).image_input == ()


@pytest.mark.parametrize(
    ("variables", "fault"),
    [
        ({}, Fault("/variables/words", "is required by the preset card (what it is: What it says)")),
        ({"words": "a", "word": "b"}, Fault("/variables/word", UNKNOWN)),
        ({"words": "x" * 11}, Fault("/variables/words", "must be at most 10 characters, this one has 11")),
        ({"words": "a", "small": "maybe"}, Fault("/variables/small", "must be one of yes, no")),
        ({"words": "x" * 10_001}, Fault("/variables/words", "must be at most 10000 characters")),
        ({"words": "a\x00"}, Fault("/variables/words", "must not contain control characters")),
    ],
)  # fmt: skip
def test_a_variable_at_fault_is_named(variables: dict[str, str], fault: Fault) -> None:
    assert faults_of(wish(variables)) == [fault]


def test_a_preset_without_variables_says_so() -> None:
    (fault,) = faults_of(wish({"a": "b"}), 'prompt = "A leaf"')

    assert fault == Fault("/variables/a", "is not a variable of the preset card, which has none")


def test_brand_images_and_own_ones_over_the_limit_are_refused_naming_both_counts() -> None:
    preset = 'prompt = "a"\nbrand = true\nbrand_images = ["presets/a.png", "presets/logo.png"]'
    six, seven = (tuple(f"https://x.test/{number}" for number in range(count)) for count in (6, 7))

    request = made(wish({}, image_input=six), preset, PROFILE)

    assert request.image_input == (*six, "presets/a.png", "presets/logo.png")
    assert "Input image 7 shows the brand's look" in request.prompt
    assert "Input image 8 is the brand's logo" in request.prompt
    (fault,) = faults_of(wish({}, image_input=seven), preset, PROFILE)
    assert fault.pointer == "/imageInput"
    assert fault.detail.startswith("holds 7 of your own, and the preset card adds 2 of the brand: 9 images,")


def test_several_brand_images_are_named_together() -> None:
    preset = 'prompt = "a"\nbrand_images = ["presets/a.png", "presets/b.png", "presets/a.png"]'

    assert made(wish({}), preset).prompt == (
        "a\n\nInput images 1 to 2 show the brand's look: take style and details from them."
    )


def test_a_preset_that_works_from_images_says_how_many_it_needs() -> None:
    preset = 'prompt = "a"\nmin_images = 2\nbrand_images = ["presets/a.png"]'

    assert faults_of(wish({}, image_input=("https://x.test/a.png",)), preset) == [
        Fault("/imageInput", "must hold at least 2 for the preset card, it holds 1")
    ]


def test_a_prompt_that_comes_out_too_long_is_refused() -> None:
    text = 'prompt = "$a$a"\n[variables.a]'

    assert len(made(wish({"a": "x" * 5_000}), text).prompt) == 10_000
    assert faults_of(wish({"a": "x" * 5_001}), text) == [
        Fault("/variables", "make a prompt of 10002 characters; nano-banana-pro takes at most 10000")
    ]


VALUES = st.text(st.sampled_from("$ab{}_ \n\r\u2028\x85\tc:.§\"'\\%1é🍌"), max_size=30)


@given(VALUES, VALUES)
def test_what_a_variable_holds_is_never_another_variable(first: str, second: str) -> None:
    text = filled("1: $a|${b}|$$a", {"a": first, "b": second}) if first or second else "1: ||$a"

    assert text == f"1: {first}|{second}|$a"


@given(VALUES, VALUES)
def test_what_a_variable_holds_never_makes_a_part_of_its_own(first: str, second: str) -> None:
    preset = "prompt = '''Says $a.\nAnd $b!'''\nstyle = 'bold'\n[variables.a]\nrequired = false\n[variables.b]"

    request = made(wish({"a": first, "b": f"x{second}"}), preset)

    subject, style = request.prompt.split("\n\n")
    assert style == "Style: bold."
    assert f"And {as_value(f'x{second}')}!" in subject
    assert not as_value(first) or f"Says {as_value(first)}." in subject


@given(st.text(max_size=40))
def test_the_names_in_a_prompt_are_those_that_filling_asks_for(text: str) -> None:
    prompt = text.replace("$", "$$") + "$name ${other}"

    assert variables_in(prompt) == {"name", "other"}
    last = text.rpartition("\n")[2]
    assert filled(prompt, {"name": "$other", "other": "$$"}).endswith(f"{last}$other $$")


NAMES = st.sampled_from(["a", "b", "c", "d", "e"])


@given(declared=st.dictionaries(NAMES, st.booleans()), given_=st.sets(NAMES))
def test_exactly_the_missing_and_the_unknown_variables_are_named(
    declared: dict[str, bool], given_: set[str]
) -> None:
    tables = "".join(
        f"[variables.{name}]\nrequired = {str(needed).lower()}\n" for name, needed in declared.items()
    )
    asked = wish(dict.fromkeys(given_, "x"))
    text = f"prompt = '''A leaf {' '.join(f'${name}' for name in declared)}'''\n{tables}"
    missing = {name for name, needed in declared.items() if needed} - given_

    wrong = missing | (given_ - declared.keys())

    if wrong:
        assert {fault.pointer for fault in faults_of(asked, text)} == {f"/variables/{name}" for name in wrong}
    else:
        assert made(asked, text)


WORDS = st.text(st.characters(categories=["L", "P", "S"]), min_size=1, max_size=20)


@given(WORDS, WORDS, WORDS, WORDS)
def test_the_order_holds_whatever_the_words(subject: str, style: str, mood: str, composition: str) -> None:
    words = {"composition": composition, "mood": mood, "style": style}
    preset = 'prompt = "$subject"\nbrand = true\n[variables.subject]'

    *parts, brand = made(wish({"subject": subject}, words), preset, PROFILE).prompt.split("\n\n")

    assert parts == [
        subject,
        *(
            f"{name}: {text.rstrip('.')}."
            for name, text in (("Style", style), ("Mood", mood), ("Composition", composition))
        ),
    ]
    assert brand.startswith("Input image 1 is the brand's logo")
