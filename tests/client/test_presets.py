"""Presets from Python and from the command line: named, filled, listed, tried out."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from plantain_client import ApiError, InvalidRequest, NotPlantain, PresetNotFound, PresetRef, TaskNotFound
from tests.client.service import KEY, TASK_ID, Service, job, problem, success, taken_in
from tests.client.stub import GENERATE, Said, Stub
from tests.client.test_command import FAST, Ran, refusal
from tests.client.test_command import stub as stub

CARD: dict[str, Any] = {
    "name": "card",
    "version": "0123456789ab",
    "shipped": False,
    "problems": [],
    "description": "A card",
    "variables": [
        {
            "name": "words",
            "description": "What it says",
            "required": True,
            "default": None,
            "choices": [],
            "maxLength": 9,
        },
        {
            "name": "size",
            "description": "",
            "required": False,
            "default": "big",
            "choices": ["big", "tall"],
            "maxLength": None,
        },
    ],
    "settings": {"aspectRatio": "1:1", "resolution": "2K", "outputFormat": "png"},
    "style": "flat design",
    "mood": "",
    "composition": "",
    "locked": ["aspectRatio"],
    "minImages": 1,
    "brandImages": 2,
    "brand": True,
}
BROKEN: dict[str, Any] = CARD | {"name": "torn", "problems": ["line 2: is bad"], "settings": None, "variables": []}
RENDERING: dict[str, Any] = {
    "preset": {"name": "card", "version": "0123456789ab"},
    "model": "nano-banana-pro",
    "prompt": "Says a\n\nStyle: flat design.",
    "aspectRatio": "1:1",
    "resolution": "4K",
    "outputFormat": "png",
    "imageInputs": {"own": 1, "brand": 2},
    "price": {"credits": 24, "usd": 0.12},
}
LIST, SHOW, RENDER = "GET /api/presets", "GET /api/presets/card", "POST /api/presets/card/render"


def test_an_image_is_asked_for_by_preset(service: Service) -> None:
    service.says(taken_in())

    service.call(
        "create_task",
        preset=PresetRef("card", "0123456789ab"),
        variables={"words": "Hi", "size": 5},
        mood="bold",
        resolution="1K",
    )

    assert service.bodies() == [
        {
            "preset": "card@0123456789ab",
            "variables": {"words": "Hi", "size": 5},
            "mood": "bold",
            "resolution": "1K",
        }
    ]


def test_generate_takes_a_preset_as_well(service: Service) -> None:
    service.says(taken_in("success"), httpx.Response(200, json=success(preset=RENDERING["preset"])))

    task = service.call("generate", preset="card", variables={"words": "Hi"})

    assert task.preset == PresetRef("card", "0123456789ab")
    assert service.bodies() == [{"preset": "card", "variables": {"words": "Hi"}}]


@pytest.mark.parametrize("wish", [{}, {"prompt": "a", "preset": "b"}])
def test_it_is_a_prompt_or_a_preset(service: Service, wish: dict[str, str]) -> None:
    service.says(taken_in())

    with pytest.raises(ValueError, match="a prompt or a preset"):
        service.call("create_task", **wish)
    assert service.requests == []


def test_a_task_of_an_older_server_has_no_preset(service: Service) -> None:
    service.says(httpx.Response(200, json=job()))

    assert service.call("query_task", TASK_ID).preset is None


def test_presets_are_listed_and_shown(service: Service) -> None:
    service.says(
        httpx.Response(200, json={"presets": [CARD, BROKEN]}), httpx.Response(200, json=CARD | {"prompt": "$a"})
    )

    card, torn = service.call("list_presets")
    shown = service.call("get_preset", "card@0123456789ab")

    assert (str(card.ref), card.shipped, card.prompt) == ("card@0123456789ab", False, None)
    assert [(v.name, v.required, v.default, v.choices, v.max_length) for v in card.variables] == [
        ("words", True, None, (), 9),
        ("size", False, "big", ("big", "tall"), None),
    ]
    assert (torn.problems, torn.aspect_ratio) == (("line 2: is bad",), None)
    assert (shown.prompt, shown.aspect_ratio, shown.min_images, shown.brand_images) == ("$a", "1:1", 1, 2)
    assert service.paths() == ["GET /api/presets", "GET /api/presets/card@0123456789ab"]


def test_a_preset_is_tried_out(service: Service) -> None:
    service.says(httpx.Response(200, json=RENDERING))

    tried = service.call("render_preset", "card", variables={"words": "a"}, image_input=["uploads/me/1.png"])

    assert (tried.prompt, tried.own_images, tried.brand_images) == (RENDERING["prompt"], 1, 2)
    assert (tried.price.credits, tried.price.usd, str(tried.preset)) == (24, 0.12, "card@0123456789ab")
    assert service.bodies() == [{"variables": {"words": "a"}, "imageInput": ["uploads/me/1.png"]}]


def test_a_name_is_only_ever_a_name(service: Service) -> None:
    service.says(problem(404, "preset-not-found"))

    with pytest.raises(PresetNotFound):
        service.call("get_preset", "../account?x=é")
    assert service.requests[0].url.raw_path == b"/api/presets/..%2Faccount%3Fx%3D%C3%A9"


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (404, "preset-not-found", PresetNotFound),
        (400, "invalid-request", InvalidRequest),
        (409, "preset-broken", ApiError),
    ],
)
def test_a_refusal_says_which(service: Service, status: int, code: str, kind: type[ApiError]) -> None:
    service.says(problem(status, code))

    with pytest.raises(kind) as refused:
        service.call("render_preset", "card")
    assert type(refused.value) is kind
    assert not isinstance(refused.value, TaskNotFound)
    assert refused.value.charged == "no"


@pytest.mark.parametrize(
    "document", [{}, {"presets": [{}]}, {"presets": [CARD | {"version": 5}]}, {"presets": "a"}]
)
def test_what_is_no_list_of_presets_is_not_plantains(service: Service, document: Any) -> None:
    service.says(httpx.Response(200, json=document))

    with pytest.raises(NotPlantain):
        service.call("list_presets")


def test_generate_by_preset(stub: Stub, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--preset", "card", "--var", "words=a=b", "--var", "size=tall", "--style", "flat", "-o", "a.png")

    ran = Ran(capsys, "generate", *words, *FAST)

    assert (ran.code, ran.out) == (0, "a.png\n")
    assert stub.bodies(GENERATE) == [
        {"preset": "card", "variables": {"words": "a=b", "size": "tall"}, "style": "flat"}
    ]


@pytest.mark.parametrize(
    "words", [(), ("a leaf", "--preset", "card"), ("--preset", "card", "--var", "words"), ("--var", "=a", "x")]
)
def test_what_cannot_be_asked_is_a_usage_error(
    stub: Stub, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    with pytest.raises(SystemExit) as left:
        Ran(capsys, "generate", *words)

    assert left.value.code == 2
    assert stub.heard == []


def test_the_presets_are_a_line_each(stub: Stub, capsys: pytest.CaptureFixture[str]) -> None:
    stub.says(LIST, Said(200, {"presets": [CARD, BROKEN]}))

    ran = Ran(capsys, "presets")

    assert ran.out.splitlines() == [
        "card\t0123456789ab\town\tA card",
        "torn\t0123456789ab\town\tbroken: line 2: is bad",
    ]
    assert Ran(capsys, "presets", "--json").json == {"presets": [CARD, BROKEN]}


def test_a_preset_is_shown_with_what_it_leaves_open(stub: Stub, capsys: pytest.CaptureFixture[str]) -> None:
    stub.says(SHOW, Said(200, CARD | {"prompt": "Says $words\n\x1b[31m in $size"}))

    ran = Ran(capsys, "presets", "show", "card")

    assert ran.out.splitlines() == [
        "preset\tcard@0123456789ab",
        "from\town",
        "description\tA card",
        "--var words\tWhat it says; required; up to 9 characters",
        "--var size\tone of big, tall; else: big",
        "aspect_ratio\t1:1",
        "resolution\t2K",
        "output_format\tpng",
        "style\tflat design",
        "locked\taspect_ratio",
        "images\tat least 1 of yours, and it adds 2",
        "Says $words",
        " [31m in $size",
    ]
    assert Ran(capsys, "presets", "show", "card", "--json").json["prompt"].startswith("Says $words")
    assert Ran(capsys, "presets", "--json", "show", "card").json["name"] == "card"


def test_a_variable_of_which_nothing_is_said_is_shown_all_the_same(
    stub: Stub, capsys: pytest.CaptureFixture[str]
) -> None:
    bare = {"name": "price", "description": "", "required": False, "default": "", "choices": []}
    stub.says(SHOW, Said(200, CARD | {"variables": [{**CARD["variables"][0], **bare, "maxLength": None}]}))

    assert "--var price\toptional" in Ran(capsys, "presets", "show", "card").out.splitlines()


def test_a_preset_is_rendered(stub: Stub, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    stub.says(RENDER, Said(200, RENDERING))

    ran = Ran(capsys, "presets", "render", "card", "--var", "words=a", "--resolution", "4K")

    assert ran.out == "Says a\n\nStyle: flat design.\n"
    assert "24 credits ($0.12); nothing was asked for" in ran.err
    assert stub.bodies(RENDER) == [{"variables": {"words": "a"}, "resolution": "4K"}]
    assert Ran(capsys, "presets", "render", "card", "--json").json == RENDERING


def test_a_render_that_is_refused_leads_to_what_the_preset_leaves_open(
    stub: Stub, capsys: pytest.CaptureFixture[str]
) -> None:
    stub.says(RENDER, refusal(400, "invalid-request"))

    ran = Ran(capsys, "presets", "render", "card")

    assert ran.code == 2
    assert "Next: See what it leaves open: plantain presets show card" in ran.err


def test_an_unknown_preset_is_told_how_to_find_the_known_ones(
    stub: Stub, capsys: pytest.CaptureFixture[str]
) -> None:
    stub.says(SHOW, refusal(404, "preset-not-found"))

    ran = Ran(capsys, "presets", "show", "card")

    assert ran.code == 1
    assert "plantain presets" in ran.err
    assert KEY not in ran.err
