"""What a caller may ask for."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantain.faults import Fault, InvalidRequest, PromptMissing
from plantain.job import Request, new_task_id
from plantain.models import MODELS, Model
from plantain.wishes.request import check_request
from plantain.wishes.terms import Terms
from tests.builders import a_request

PRO = MODELS["nano-banana-pro"]
SECOND = MODELS["nano-banana-2"]


def check(body: dict[str, Any], model: Model = PRO) -> Request:
    return check_request(body, Terms(model, "alice"))


def faults_of(body: dict[str, Any]) -> tuple[Fault, ...]:
    with pytest.raises(InvalidRequest) as invalid:
        check(body)
    return invalid.value.faults


def test_the_defaults_are_ours() -> None:
    assert check({"prompt": " a plantain in the sun\n"}) == a_request()


@pytest.mark.parametrize("body", [{}, {"prompt": ""}, {"prompt": " \n\t"}, {"prompt": None}])
def test_a_missing_or_blank_prompt_is_its_own_error(body: dict[str, Any]) -> None:
    with pytest.raises(PromptMissing):
        check(body | {"nonsense": 1})


def test_a_prompt_has_at_most_as_many_characters_as_the_model_takes() -> None:
    assert len(check({"prompt": f"  {'x' * 10_000}  "}).prompt) == 10_000
    assert faults_of({"prompt": "x" * 10_001}) == (
        Fault("/prompt", "must be at most 10000 characters, this one has 10001"),
    )
    assert len(check({"prompt": "x" * 20_000}, SECOND).prompt) == 20_000


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"prompt": 3}, Fault("/prompt", "must be a string")),
        ({"prompt": ["x"]}, Fault("/prompt", "must be a string")),
        ({"prompt": "a\x00b"}, Fault("/prompt", "must not contain a NUL character")),
        (
            json.loads(r'{"prompt": "\ud800"}'),
            Fault("/prompt", "must be valid Unicode text (it holds a lone surrogate)"),
        ),
        ({"aspectRatio": "16:10"}, Fault("/aspectRatio", f"must be one of {', '.join(PRO.aspect_ratios)}")),
        ({"aspectRatio": None}, Fault("/aspectRatio", "must be a string")),
        ({"resolution": "8K"}, Fault("/resolution", "must be one of 1K, 2K, 4K")),
        ({"outputFormat": "jpeg"}, Fault("/outputFormat", "must be one of png, jpg")),
        ({"imageInput": "https://example.com/a.png"}, Fault("/imageInput", "must be an array")),
        ({"imageInput": [3]}, Fault("/imageInput/0", "must be a string")),
        ({"imageInput": ["https://a.com/1", "http://a.com/2"]}, Fault("/imageInput/1", "must be an https URL")),
        ({"imageInput": ["https://127.0.0.1/"]}, Fault("/imageInput/0", "must name a public host")),
        ({"seed": 1}, Fault("/seed", "is not a known field")),
        ({"a/b~c": 1}, Fault("/a~1b~0c", "is not a known field")),
        ({"aspect_ratio": "1:1"}, Fault("/aspect_ratio", "is not a known field")),
    ],
)
def test_a_bad_field_is_named(fields: dict[str, Any], fault: Fault) -> None:
    assert faults_of({"prompt": "x"} | fields) == (fault,)


def test_every_bad_field_is_named_at_once() -> None:
    faults = faults_of({"prompt": 1, "resolution": "8K", "seed": 1})

    assert [fault.pointer for fault in faults] == ["/resolution", "/prompt", "/seed"]


def test_as_many_input_images_as_the_model_takes() -> None:
    urls = [f"https://example.com/{n}.png" for n in range(15)]

    assert len(check({"prompt": "x", "imageInput": urls[:8]}).image_input) == 8
    assert len(check({"prompt": "x", "imageInput": urls[:14]}, SECOND).image_input) == 14
    assert faults_of({"prompt": "x", "imageInput": urls[:9]}) == (
        Fault("/imageInput", "must hold at most 8 images, this one holds 9"),
    )


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_each_choice_in_a_models_row_is_accepted(model: Any) -> None:
    for ratio in model.aspect_ratios:
        assert check({"prompt": "x", "aspectRatio": ratio}, model).aspect_ratio == ratio
    for kind in model.output_formats:
        assert check({"prompt": "x", "outputFormat": kind}, model).output_format == kind
    for resolution in model.resolutions:
        assert check({"prompt": "x", "resolution": resolution}, model).resolution == resolution


MINE = "uploads/alice/01a2072a-804f-71fd-b738-7e12c919c601.png"


def test_an_upload_of_ones_own_may_stand_where_a_url_may() -> None:
    inputs = (MINE, "https://example.com/a.png", f"uploads/alice/{new_task_id()}.webp")

    assert check({"prompt": "x", "imageInput": list(inputs)}).image_input == inputs


@pytest.mark.parametrize(
    "key",
    [
        MINE.replace("alice", "bob"),
        MINE.replace("alice", "alic"),
        MINE.replace("alice", "alice/x"),
        MINE.replace("alice", "bob/../alice"),
        MINE.replace("alice", ""),
        MINE.replace(".png", ".gif"),
        MINE.replace(".png", ""),
        MINE + "/x",
        MINE + "\n",
        MINE + "?versionId=1",
        MINE.upper().replace("UPLOADS/ALICE", "uploads/alice"),
        "uploads/",
        "uploads/alice/",
        "uploads/alice/x.png",
    ],
)
def test_any_other_key_is_nobodys(key: str) -> None:
    assert faults_of({"prompt": "x", "imageInput": [key]}) == (
        Fault("/imageInput/0", "must be the key of an upload of yours"),
    )


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda parts: st.lists(parts) | st.dictionaries(st.text(), parts),
)


@given(
    st.dictionaries(
        st.sampled_from(["prompt", "aspectRatio", "resolution", "outputFormat", "imageInput", "other"]),
        json_values,
    )
)
def test_whatever_comes_is_either_a_request_or_a_named_fault(body: dict[str, Any]) -> None:
    try:
        checked = check(body)
    except PromptMissing:
        assert not str(body.get("prompt") or "").strip()
    except InvalidRequest as invalid:
        assert invalid.faults  # noqa: PT017 - either answer is right, this one must name something
    else:
        assert 1 <= len(checked.prompt) <= PRO.prompt_length
        assert checked.prompt == checked.prompt.strip()
