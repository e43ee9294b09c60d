"""The canonical form: one for the same wish however it is written, another for every wish of another picture."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantain.faults import InvalidRequest
from plantain.job import PresetRef, Request
from plantain.models import MODELS
from plantain.steps.canonical import canonical_form
from plantain.wishes.terms import Terms
from plantain.wishes.wish import check_wish
from tests.builders import a_job

MODEL = MODELS["nano-banana-pro"]
TERMS = Terms(MODEL, "alice", from_inbox=True)
DEFAULTS: dict[str, Any] = {
    "aspectRatio": "16:9",
    "resolution": "2K",
    "outputFormat": "png",
    "imageInput": [],
    "cache": True,
}
WISH: dict[str, Any] = {"prompt": "a leaf", "cache": True}

words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=20)
prompts = words.filter(lambda text: bool(text.strip()))
digests = st.lists(st.text("0123456789abcdef", min_size=64, max_size=64), max_size=3)
wishes = st.fixed_dictionaries(
    {"prompt": prompts},
    optional={
        "aspectRatio": st.sampled_from(MODEL.aspect_ratios),
        "resolution": st.sampled_from(MODEL.resolutions),
        "outputFormat": st.sampled_from(MODEL.output_formats),
    },
)


def form(body: dict[str, Any], inputs: list[str] | None = None, **changes: Any) -> str:
    request = check_wish(body, changes.pop("terms", TERMS))
    assert isinstance(request, Request)
    return canonical_form(a_job(request=request, **changes), inputs or [])


def seen(body: dict[str, Any], inputs: list[str]) -> tuple[Any, ...]:
    """What of a wish can be seen in the picture."""
    whole = DEFAULTS | body
    settings = (whole["aspectRatio"], whole["resolution"], whole["outputFormat"])
    return (body["prompt"].strip(), *settings, *inputs)


@given(st.data(), wishes, digests)
def test_neither_order_nor_spelled_out_defaults_nor_space_around_the_prompt_make_another_wish(
    data: st.DataObject, wish: dict[str, Any], inputs: list[str]
) -> None:
    spelled_out = {**DEFAULTS, **wish, "prompt": f"\n {wish['prompt']}  "}
    shuffled = dict(data.draw(st.permutations(list(spelled_out.items()))))

    assert form(shuffled, inputs) == form(wish, inputs)


@given(wishes, digests, wishes, digests)
def test_two_wishes_are_the_same_exactly_if_nothing_that_can_be_seen_differs(
    one: dict[str, Any], its: list[str], other: dict[str, Any], others: list[str]
) -> None:
    other = other if len(others) % 2 else one | {"resolution": other.get("resolution", "2K")}  # often nearly alike

    assert (form(one, its) == form(other, others)) == (seen(one, its) == seen(other, others))


def test_every_difference_that_changes_the_picture_is_another_wish() -> None:
    ada, bob = "a" * 64, "b" * 64
    forms = [
        form(WISH),
        form(WISH | {"prompt": "a leaf."}),
        form(WISH | {"prompt": "A leaf"}),
        form(WISH | {"aspectRatio": "1:1"}),
        form(WISH | {"resolution": "1K"}),
        form(WISH | {"outputFormat": "jpg"}),
        form(WISH, terms=Terms(MODELS["nano-banana-2"], "alice", from_inbox=True)),
        form(WISH, [ada]),
        form(WISH, [ada, bob]),
        form(WISH, [bob, ada]),
        form(WISH, preset=PresetRef("card", "0" * 12)),
        form(WISH, preset=PresetRef("card", "1" * 12)),
        form(WISH, preset=PresetRef("poster", "0" * 12)),
        form(WISH, copy=2),
    ]

    assert len(set(forms)) == len(forms)


def test_the_form_stays_what_it_is_or_every_kept_picture_is_forgotten() -> None:
    job = a_job(preset=PresetRef("card", "0" * 12), copy=2)

    assert canonical_form(job, ["a" * 64]) == "c0fa35e012623067f9c94e621d8f34abb55dad2ad151d1c425592df23e076cff"


def test_names_places_and_doors_say_nothing_of_the_picture() -> None:
    elsewhere: dict[str, Any] = {"door": "upload", "folder": "x", "stem": "leaf", "group": "g", "member": "1"}
    other_name = form(WISH | {"imageInput": ["inbox/_photos/a.png"]}, ["a" * 64])

    assert form(WISH, **elsewhere) == form(WISH, copy=1) == form(WISH)
    assert form(WISH | {"imageInput": ["inbox/_photos/b.png"]}, ["a" * 64]) == other_name


@pytest.mark.parametrize("wish", [{"prompt": "x"}, {"preset": "recolor"}])
def test_an_address_on_the_web_may_show_another_picture_tomorrow(wish: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest) as refused:
        check_wish({**wish, "cache": True, "imageInput": ["https://example.com/leaf.png"]}, TERMS)

    assert [fault.pointer for fault in refused.value.faults] == ["/cache"]
    check_wish({**wish, "imageInput": ["https://example.com/leaf.png"]}, TERMS)


@pytest.mark.parametrize("said", ["true", 1, None, "yes"])
def test_a_flag_is_true_or_false_and_nothing_like_it(said: Any) -> None:
    with pytest.raises(InvalidRequest) as refused:
        check_wish({"prompt": "x", "cache": said}, TERMS)

    assert [(fault.pointer, fault.detail) for fault in refused.value.faults] == [
        ("/cache", "must be true or false")
    ]
