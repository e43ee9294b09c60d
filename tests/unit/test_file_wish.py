"""A wish as people write it in a file: which names it takes, and in whose words its faults are told."""

from typing import Any

import pytest

from plantain.faults import Fault, InvalidRequest
from plantain.models import MODELS
from plantain.wishes.file_wish import FileWish, as_written, check_file_wish
from plantain.wishes.preset_wish import PresetWish
from plantain.wishes.terms import Terms

TERMS = Terms(MODELS["nano-banana-pro"], "inbox/team", from_inbox=True)


def faults_of(**document: Any) -> list[tuple[str, str]]:
    with pytest.raises(InvalidRequest) as invalid:
        check_file_wish(document, TERMS)
    return [(fault.pointer, fault.detail) for fault in invalid.value.faults]


@pytest.mark.parametrize("names", [("count", "dry_run"), ("Count", "dryRun")])
def test_what_is_asked_around_a_wish_may_be_written_either_way(names: tuple[str, str]) -> None:
    asked = check_file_wish({"prompt": "a"} | dict(zip(names, (3, True), strict=True)), TERMS)

    assert (asked.count, asked.dry_run) == (3, True)


@pytest.mark.parametrize("wish", [{"prompt": "a"}, {"preset": "quote-card"}])
def test_the_most_it_may_cost_is_for_all_that_is_asked_for_together(wish: dict[str, str]) -> None:
    assert check_file_wish(wish | {"max_cost": 1, "count": 4}, TERMS).wish.max_cost == 0.25
    assert check_file_wish(wish, TERMS).wish.max_cost is None


def test_a_field_that_is_given_in_both_ways_is_given_twice() -> None:
    assert faults_of(prompt="a", aspect_ratio="1:1", aspectRatio="16:9") == [("/aspectRatio", "is given twice")]


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        ({"prompt": "a", "Colour-2": 1}, "/Colour-2"),
        ({"prompt": "a", "point1": 1}, "/point1"),
        ({"prompt": "a", "a/b~c": 1}, "/a~1b~0c"),
        ({"prompt": "a", "aspectRatio": "7:1"}, "/aspectRatio"),
        ({"prompt": "a", "aspect_ratio": "7:1"}, "/aspect_ratio"),
        ({"prompt": "a", "dryRun": "yes"}, "/dryRun"),
        ({"prompt": "a", "image_input": ["b"]}, "/image_input/0"),
        ({"preset": "a", "variables": {"point1": True}}, "/variables/point1"),
        ({"preset": "a", "variables": {"fooBar": []}}, "/variables/fooBar"),
    ],
)
def test_a_fault_is_named_as_the_file_names_it(document: dict[str, Any], pointer: str) -> None:
    assert [found for found, _ in faults_of(**document)] == [pointer]


def test_a_field_that_no_file_has_written_has_underscores() -> None:
    assert as_written([Fault("/imageInput/0", "is gone")], {}) == (Fault("/image_input/0", "is gone"),)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 10**200])
def test_a_number_that_nobody_writes_is_no_value(value: object) -> None:
    assert faults_of(preset="a", variables={"size": value}) == [("/variables/size", "must be a text or a number")]
    assert check_file_wish({"preset": "a", "variables": {"size": 10**20}}, TERMS) == FileWish(
        PresetWish("a", None, {"size": "1" + "0" * 20}, {}, {})
    )


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        ({"prompt": "\ud800"}, "/prompt"),
        ({"prompt": "a", "image_input": ["inbox/\ud800.png"]}, "/image_input/0"),
        ({"preset": "a", "variables": {"b": "\ud800"}}, "/variables/b"),
        ({"preset": "a", "variables": {"\ud800": "b"}}, "/variables/\ufffd\ufffd\ufffd"),
    ],
)
def test_half_a_character_is_refused_where_it_stands(document: dict[str, Any], pointer: str) -> None:
    detail = "must be valid Unicode text (it holds a lone surrogate)"

    assert faults_of(**document) == [(pointer, detail)]


@pytest.mark.parametrize("caller", ["team", "bob"])
def test_a_file_may_not_name_uploads_of_the_api(caller: str) -> None:
    key = f"uploads/inbox/{caller}/0199f3a0-0000-7000-8000-000000000000.png"

    assert [found for found, _ in faults_of(prompt="a", image_input=[key])] == ["/image_input/0"]


def test_all_that_is_wrong_is_told_at_once() -> None:
    assert faults_of(prompt="a", count="3", colour="red", resolution="9K") == [
        ("/count", "must be a whole number"),
        ("/resolution", "must be one of 1K, 2K, 4K"),
        ("/colour", "is not a known field"),
    ]
    assert faults_of(dry_run="yes", resolution="9K") == [
        ("/dry_run", "must be true or false"),
        ("", "needs a prompt, or the name of a preset"),
        ("/resolution", "must be one of 1K, 2K, 4K"),
    ]


def test_a_variable_beside_the_preset_is_told_where_it_belongs() -> None:
    assert faults_of(preset="quote-card", quote="Less") == [
        ("/quote", "is not a known field; what the preset asks for goes into variables = { quote = … }")
    ]
    assert faults_of(prompt="a", quote="Less") == [("/quote", "is not a known field")]


def test_a_picture_without_its_folder_is_told_where_pictures_lie() -> None:
    assert faults_of(prompt="a", image_input=["beach.jpg"]) == [
        ("/image_input/0", "must begin with inbox/ or https://, as inbox/_photos/beach.jpg does")
    ]
