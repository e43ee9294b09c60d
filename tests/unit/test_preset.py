"""A preset's file: what it may say, and how it is told what is wrong with it."""

import datetime as dt

import pytest

from plantain.documents import toml_document
from plantain.faults import Fault, InvalidRequest, PresetBroken
from plantain.models import MODELS
from plantain.presets.composing import composed
from plantain.presets.file import PresetFile, preset_in, problems_of_brand, problems_of_preset, wants_brand
from plantain.presets.preset import MAX_PRESET_BYTES
from plantain.wishes.file_wish import check_file_wish
from plantain.wishes.preset_wish import PresetWish
from plantain.wishes.terms import Terms
from plantain.wishes.wish import check_wish
from tests.pages import blocks, section

MODEL = MODELS["nano-banana-pro"]

FULL = """\
description = "A card"
prompt = '''
A card that costs $$5 and says "${words}",
in $colour.
'''
aspect_ratio = "1:1"
resolution = "1K"
output_format = "jpg"
brand_images = ["presets/look.png", "inbox/a b/ü.JPEG"]
style = ["minimalist", "flat design"]
mood = "bold"
composition = "centered"
brand = true
min_images = 1
locked = ["aspect_ratio", "mood"]

[variables.words]
required = true
max_length = 20
description = "What it says"

[variables.colour]
default = "red"
choices = ["red", "green", 7]
"""


def test_a_preset_may_say_all_of_this() -> None:
    preset, brand = preset_in(PresetFile("card", FULL.encode()), MODEL)

    assert brand is None
    assert (preset.aspect_ratio, preset.resolution, preset.output_format) == ("1:1", "1K", "jpg")
    assert preset.words == {"style": "minimalist, flat design", "mood": "bold", "composition": "centered"}
    assert preset.brand_images == ("presets/look.png", "inbox/a b/ü.JPEG")
    assert (preset.brand, preset.min_images, preset.locked) == (True, 1, ("aspect_ratio", "mood"))
    words, colour = preset.variables["words"], preset.variables["colour"]
    assert (words.is_required, words.max_length, words.description) == (True, 20, "What it says")
    assert (colour.is_required, colour.default, colour.choices) == (False, "red", ("red", "green", "7"))


def test_a_prompt_is_all_a_preset_needs() -> None:
    preset, _ = preset_in(PresetFile("leaf", b'prompt = "A leaf"'), MODEL)

    assert (preset.aspect_ratio, preset.resolution, preset.output_format) == ("16:9", "2K", "png")


@pytest.mark.parametrize(
    ("was", "now", "problem"),
    [
        ('resolution = "1K"', "", None),
        ('aspect_ratio = "1:1"', 'aspect_ratio = "1:2"', "line 6, aspect_ratio: must be one of 1:1, 2:3"),
        ('mood = "bold"', "moods = 1", "line 11, moods: is not a known field"),
        ('mood = "bold"', "mood = 5", "line 11, mood: must be a string"),
        ("brand = true", 'brand = "yes"', "line 13, brand: must be true or false"),
        ("brand = true", "brand =", "line 13: is not valid TOML"),
        ('"mood"]', '"moods"]', "line 15, locked, entry 2: must be one of aspect_ratio, resolution"),
        ('"presets/look.png"', '"https://x.test/a.png"', "line 9, brand_images, entry 1: must be the key"),
        ('"presets/look.png"', '"presets/look.gif"', "line 9, brand_images, entry 1: must be the key"),
        ('"presets/look.png"', '"uploads/bob/look.png"', "line 9, brand_images, entry 1: must be the key"),
        ("min_images = 1", "min_images = -1", "line 14, min_images: must be at least 0"),
        ("min_images = 1", "min_images = 9", "line 14, min_images: must be at most 8: nano-banana-pro"),
        ('"mood"]', '"image_input"]', "line 15, locked: must not hold image_input"),
        ("$$5", "$5", 'line 2, prompt: has "$5" in its line 1, which is no variable'),
        ("in $colour", "in $", 'line 2, prompt: has "$." in its line 2, which is no variable; $$'),
        ("in $colour", "in ${colour", 'line 2, prompt: has "${colour." in its line 2, which is no variable'),
        ("in $colour", "in $color $colour", "line 2, prompt: uses $color, which is none"),
        ("in $colour", "in $x $colour", "line 2, prompt: uses $x, which is none"),
        ("in $colour", "in $Colour $colour", "line 2, prompt: uses $Colour, which is none"),
        ("in $colour", "in it", "line 22, variables.colour: is not used: the prompt has no $colour"),
        ("[variables.words]", "[variables.Words]", "line 17, variables.Words: must be named with lower-case"),
        ("[variables.words]", "[variables.prompt]", "line 17, variables.prompt: must have another name"),
        ("max_length = 20", "max_lenght = 20", "line 19, variables.words.max_lenght: is not a known field"),
        ("max_length = 20", "max_length = 65537", "line 19, variables.words.max_length: must be at most 65536"),
        ("max_length = 20", "max_length = 0", "line 19, variables.words.max_length: must be at least 1"),
        ("max_length = 20", 'default = "x"', "line 19, variables.words.default: makes no sense"),
        ('default = "red"', 'default = "blue"', "line 23, variables.colour.default: must be one of red, green, 7"),
        ('default = "red"', "default = true", "line 23, variables.colour.default: must be a string"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_in_the_files_own_words(was: str, now: str, problem: str | None) -> None:
    assert FULL.count(was) == 1

    problems = problems_of_preset(FULL.replace(was, now).encode(), MODEL)

    if problem is None:
        assert problems == []
    else:
        assert any(found.startswith(problem) for found in problems), problems


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "prompt: is required"),
        (b'prompt = " "', "line 1, prompt: must not be empty"),
        (b'prompt = "\xff"', "line 1: is not UTF-8 text; save the file as UTF-8"),
        (b"x = " + b"[" * 50_000, "is not valid TOML"),
        (b"x = " + b"9" * 50_000, "is not valid TOML"),
        (b"# " + b"x" * MAX_PRESET_BYTES, "must be at most 65536 bytes"),
        (b"a." * 30_000 + b"a = 1", "line 1: has more than 1000 dots in one line"),
        (
            b'prompt = "' + b"x" * 10_001 + b'"',
            "line 1, prompt: has 10001 characters; nano-banana-pro takes at most 10000",
        ),
        (b'prompt = "a"\nvariables = 3', "line 2, variables: must hold names and values"),
    ],
)
def test_a_file_that_is_no_preset_is_told_why(content: bytes, problem: str) -> None:
    assert problems_of_preset(content, MODEL) == [problem]
    with pytest.raises(PresetBroken) as broken:
        preset_in(PresetFile("card", content), MODEL)
    assert broken.value.problems == (problem,)
    assert [fault.pointer for fault in broken.value.faults] == ["/preset"]


def test_all_that_is_wrong_is_told_at_once() -> None:
    text = 'prompt = "$price"\nlocked = ["colour"]\nbrand = 1\n[variables.size]\nmax_length = 0\n[variables.x]\n'

    assert sorted(problem.partition(":")[0] for problem in problems_of_preset(text.encode(), MODEL)) == [
        "line 1, prompt",
        "line 2, locked, entry 1",
        "line 3, brand",
        "line 4, variables.size",
        "line 5, variables.size.max_length",
        "line 6, variables.x",
    ]


def test_a_preset_has_at_most_fifty_variables() -> None:
    tables = "".join(f"[variables.v{number}]\n" for number in range(51))

    assert problems_of_preset(f'prompt = "a"\n{tables}'.encode(), MODEL) == [
        "variables: must hold at most 50 variables"
    ]


def test_a_version_is_the_same_for_the_same_words_whatever_editor_saved_them() -> None:
    saved = [
        FULL.encode(),
        b"\xef\xbb\xbf" + FULL.replace("\n", "\r\n").encode(),
        FULL.replace("\n", "\r").encode(),
    ]

    assert len({PresetFile("card", content).version for content in saved}) == 1
    assert PresetFile("card", FULL.encode() + b"\n").version != PresetFile("card", FULL.encode()).version


def test_the_brand_profile_is_part_of_the_version() -> None:
    plain, branded, other = (
        PresetFile("card", FULL.encode(), brand) for brand in (None, b"", b'typography = "x"')
    )

    assert len({plain.version, branded.version, other.version}) == 3


@pytest.mark.parametrize(
    ("content", "wanted"), [(b"brand = true", True), (b"brand = 1", False), (b"", False), (b"brand =", False)]
)
def test_only_who_wants_the_brand_profile_gets_it(content: bytes, wanted: bool) -> None:
    assert wants_brand(content) is wanted


BRAND = """\
typography = "Inter, bold for headlines"
logo = "presets/logo.png"

[colours]
"main colour" = "#0B6E4F"
background = "warm white"

[wording]
keep = ["Plantain"]
avoid = ["cheap"]
"""


@pytest.mark.parametrize(
    ("was", "now", "problem"),
    [
        ("warm white", "white", None),
        (
            '"presets/logo.png"',
            '"logo.png"',
            "line 2, logo: must be the key of a png, jpg or webp image in the inbox",
        ),
        ("avoid", "never", "line 10, wording.never: is not a known field"),
        ('["cheap"]', '"cheap"', "line 10, wording.avoid: must be an array"),
        ('["cheap"]', '[" "]', "line 10, wording.avoid, entry 1: must not be empty"),
        ('"warm white"', '["white"]', "line 6, colours.background: must be a string"),
    ],
)
def test_a_brand_profile_is_told_what_is_wrong_with_it(was: str, now: str, problem: str | None) -> None:
    problems = problems_of_brand(BRAND.replace(was, now).encode())

    assert [found[: len(problem or "")] for found in problems] == ([problem] if problem else [])


def test_a_preset_that_wants_a_broken_brand_profile_is_broken_itself() -> None:
    with pytest.raises(PresetBroken) as broken:
        preset_in(PresetFile("card", FULL.encode(), b"logo = 1"), MODEL)

    assert broken.value.problems == ("presets/brand.toml, line 1, logo: must be a string",)


def test_the_examples_that_teams_are_shown_are_a_preset_a_request_and_a_brand_profile() -> None:
    preset, wish, brand = blocks(section("content-teams", "Presets"), "toml")

    assert problems_of_preset(preset.encode(), MODEL) == []
    assert problems_of_brand(brand.encode()) == []
    asked = check_file_wish(toml_document(wish.encode()), Terms(MODEL, "alice")).wish
    assert isinstance(asked, PresetWish)
    assert composed(asked, preset_in(PresetFile("product-card", preset.encode()), MODEL)[0], None, MODEL).prompt


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "a"),
        (5, "5"),
        (5.0, "5"),
        (0.5, "0.5"),
        (dt.date(2026, 11, 23), "2026-11-23"),
        (dt.time(8), "08:00:00"),
    ],
)
def test_a_value_is_a_text_a_number_or_a_date(value: object, text: str) -> None:
    asked = check_wish({"preset": "card", "variables": {"a": value}}, Terms(MODEL, "alice"))

    assert isinstance(asked, PresetWish)
    assert asked.variables == {"a": text}


@pytest.mark.parametrize("value", [True, None, ["a"], {"a": "b"}])
def test_anything_else_is_no_value(value: object) -> None:
    with pytest.raises(InvalidRequest) as invalid:
        check_wish({"preset": "card", "variables": {"a": value}}, Terms(MODEL, "alice"))

    assert invalid.value.faults == (Fault("/variables/a", "must be a text or a number"),)
