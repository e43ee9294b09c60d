"""Presets over HTTP and in the inbox: listed, shown, rendered, asked for, checked."""

import json
from pathlib import Path
from typing import Any

import pytest

from functions.check_preset import app as check_preset
from functions.get_preset import app as get_preset
from functions.get_status import app as get_status
from functions.list_presets import app as list_presets
from functions.render_preset import app as render_preset
from functions.submit_job import app as submit_job
from plantain.images.manifests import manifest_of
from plantain.jobs.table import jobs
from plantain.presets.file import PresetFile
from tests.builders import a_job
from tests.conftest import Cloud
from tests.functions.conftest import Answer, LambdaContext, Started, call, http_event

SHIPPED = ["career-timeline", "infographic", "merge", "quote-card", "recolor", "thumbnail"]
CARD = """
prompt = 'Says "$words"'
aspect_ratio = "1:1"
locked = ["aspect_ratio"]
brand = true
[variables.words]
max_length = 10
"""


def put(cloud: Cloud, key: str, content: str) -> str:
    version: str = cloud.s3.put_object(Bucket="inbox", Key=key, Body=content.encode())["VersionId"]
    return version


def listed() -> dict[str, dict[str, Any]]:
    answer = call(list_presets, http_event("GET", "/api/presets"))
    assert answer.status == 200
    return {preset["name"]: preset for preset in answer.json["presets"]}


def shown(name: str) -> Answer:
    return call(get_preset, http_event("GET", f"/api/presets/{name}"))


def rendered(name: str, **body: Any) -> Answer:
    return call(render_preset, http_event("POST", f"/api/presets/{name}/render", body=json.dumps(body)))


def submitted(**body: Any) -> Answer:
    return call(submit_job, http_event("POST", "/api/images/generate", body=json.dumps(body)))


def test_the_list_has_those_shipped_the_owners_and_the_broken_ones(cloud: Cloud) -> None:
    put(cloud, "presets/card.toml", CARD)
    put(cloud, "presets/merge.toml", "prompt = ")
    put(cloud, "presets/brand.toml", "logo = 'presets/logo.png'")

    found = listed()

    assert list(found) == sorted([*SHIPPED, "card"])
    assert [name for name, preset in found.items() if not preset["shipped"]] == ["card", "merge"]
    assert found["card"] | {"version": ""} == {
        "name": "card",
        "version": "",
        "shipped": False,
        "problems": [],
        "description": "",
        "variables": [
            {
                "name": "words",
                "description": "",
                "required": True,
                "default": None,
                "choices": [],
                "maxLength": 10,
            }
        ],
        "settings": {"aspectRatio": "1:1", "resolution": "2K", "outputFormat": "png"},
        "style": "",
        "mood": "",
        "composition": "",
        "locked": ["aspectRatio"],
        "minImages": 0,
        "brandImages": 1,
        "brand": True,
    }
    assert found["merge"]["problems"][0].startswith("line 1: is not valid TOML")
    assert found["merge"]["settings"] is None


def test_one_preset_is_shown_with_its_prompt(cloud: Cloud) -> None:
    put(cloud, "presets/card.toml", CARD)

    answer = shown("card")

    assert answer.status == 200
    assert answer.json["prompt"] == 'Says "$words"'
    assert answer.json["version"] == PresetFile("card", CARD.encode()).version


def test_a_broken_preset_is_shown_with_what_is_wrong(cloud: Cloud) -> None:
    put(cloud, "presets/card.toml", CARD.replace('"1:1"', '"1:7"'))

    answer = shown("card")

    assert (answer.status, answer.json["prompt"]) == (200, "")
    assert answer.json["problems"][0].startswith("line 3, aspect_ratio: must be one of 1:1, 2:3")


@pytest.mark.parametrize("name", ["cart", "brand", "card@0123456789ab", "Card", "card@", "%20", "a" * 64])
def test_a_preset_that_is_not_there_is_not_found(cloud: Cloud, name: str) -> None:
    put(cloud, "presets/card.toml", CARD)
    put(cloud, "presets/brand.toml", "")
    for answer in (shown(name), rendered(name)):
        assert answer.status == 404
        assert (answer.json["error"], answer.json["code"]) == ("Preset not found", "preset-not-found")
        assert answer.json["charged"] == "no"


def test_an_unknown_preset_is_told_the_known_ones(cloud: Cloud) -> None:
    assert shown("cart").json["detail"] == f"The preset cart is unknown; there are {', '.join(SHIPPED)}."


def test_a_dry_run_shows_what_would_be_asked_and_what_it_would_cost(cloud: Cloud, started: Started) -> None:
    put(cloud, "presets/card.toml", CARD)
    put(cloud, "presets/brand.toml", "logo = 'presets/logo.png'")
    put(cloud, "presets/logo.png", "RIFF    WEBP")

    answer = rendered(
        "card", variables={"words": 5}, style="flat", resolution="4K", imageInput=["https://8.8.8.8/a"]
    )

    assert answer.status == 200
    assert answer.json["prompt"].startswith('Says "5"\n\nStyle: flat.\n\nInput image 2 is the brand\'s logo')
    assert answer.json | {"prompt": ""} == {
        "preset": {"name": "card", "version": shown("card").json["version"]},
        "model": "nano-banana-pro",
        "prompt": "",
        "aspectRatio": "1:1",
        "resolution": "4K",
        "outputFormat": "png",
        "imageInputs": {"own": 1, "brand": 1},
        "price": {"credits": 24.0, "usd": 0.12},
    }
    assert started.task_ids == []
    ids = [item["id"]["S"].partition("#")[0] for item in cloud.dynamodb.scan(TableName="jobs")["Items"]]
    assert sorted(ids) == ["preset", "rate"]


@pytest.mark.parametrize(
    ("body", "pointer", "detail"),
    [
        ({}, "/variables/words", "is required by the preset card"),
        (
            {"variables": {"word": "a", "words": "b"}},
            "/variables/word",
            "is not a variable of the preset card, which",
        ),
        (
            {"variables": {"words": "a"}, "aspectRatio": "16:9"},
            "/aspectRatio",
            "must be left out: the preset card",
        ),
        ({"variables": {"words": "a"}, "aspectRatio": "16:10"}, "/aspectRatio", "must be one of"),
        ({"variables": {"words": "a"}, "preset": "card"}, "/preset", "is not a known field"),
        ({"variables": {"words": "a"}, "prompt": "b"}, "/prompt", "is not a known field"),
        ({"variables": {"words": "a"}, "imageInput": ["presets/logo.png"]}, "/imageInput/0", "is not a URL"),
    ],
)
def test_a_field_at_fault_is_named(cloud: Cloud, body: dict[str, Any], pointer: str, detail: str) -> None:
    put(cloud, "presets/card.toml", CARD)

    answer = rendered("card", **body)

    assert (answer.status, answer.json["error"]) == (400, "Invalid request")
    (fault,) = answer.json["errors"]
    assert fault["pointer"] == pointer
    assert fault["detail"].startswith(detail)


def test_who_renders_is_counted(cloud: Cloud, settings: pytest.MonkeyPatch) -> None:
    settings.setenv("CALLER_RATE_PER_MINUTE", "1")

    assert [rendered("recolor").status for _ in range(2)] == [400, 429]


def test_a_job_keeps_the_preset_its_version_and_the_whole_prompt(cloud: Cloud, started: Started) -> None:
    put(cloud, "presets/card.toml", CARD)
    answer = submitted(preset="card", variables={"words": "Hello"})
    put(cloud, "presets/card.toml", "prompt = 'something else'")

    assert answer.status == 202
    job = jobs().get(answer.json["taskId"])
    assert job.preset
    assert (job.preset.name, job.preset.version) == ("card", PresetFile("card", CARD.encode()).version)
    assert (job.request.prompt, job.request.aspect_ratio) == ('Says "Hello"', "1:1")
    status = call(get_status, http_event("GET", f"/api/images/status?taskId={job.task_id}"))
    assert status.json["preset"] == {"name": "card", "version": job.preset.version}
    assert status.json["prompt"] == 'Says "Hello"'
    assert manifest_of(job, (), 0)["preset"] == status.json["preset"]


def test_a_job_without_a_preset_says_so(cloud: Cloud, started: Started) -> None:
    answer = submitted(prompt="a leaf")

    status = call(get_status, http_event("GET", f"/api/images/status?taskId={answer.json['taskId']}"))
    assert status.json["preset"] is None
    assert manifest_of(a_job(), (), 0)["preset"] is None


def test_an_earlier_version_is_asked_for_by_name_and_version(cloud: Cloud, started: Started) -> None:
    put(cloud, "presets/card.toml", CARD)
    version = rendered("card", variables={"words": "a"}).json["preset"]["version"]
    put(cloud, "presets/card.toml", "prompt = 'something else'")

    answer = submitted(preset=f"card@{version}", variables={"words": "Hello"})

    assert jobs().get(answer.json["taskId"]).request.prompt == 'Says "Hello"'
    assert shown(f"card@{version}").json["prompt"] == 'Says "$words"'


def test_the_same_key_gives_the_same_task_whatever_has_become_of_the_preset(
    cloud: Cloud, started: Started
) -> None:
    put(cloud, "presets/card.toml", CARD)
    body = json.dumps({"preset": "card", "variables": {"words": "Hello"}})
    request = http_event("POST", "/api/images/generate", body=body, headers={"idempotency-key": "k"})
    first = call(submit_job, request)
    cloud.s3.delete_object(Bucket="inbox", Key="presets/card.toml")

    again = call(submit_job, request)

    assert (again.status, again.json["taskId"]) == (202, first.json["taskId"])
    assert again.headers["idempotency-replayed"] == "true"


def test_an_unknown_preset_is_a_bad_field_of_a_wish_and_a_broken_one_is_not(
    cloud: Cloud, started: Started
) -> None:
    put(cloud, "presets/card.toml", CARD.replace("$words", "$word"))

    unknown, broken = submitted(preset="cart"), submitted(preset="card", variables={"words": "a"})

    assert (unknown.status, unknown.json["error"]) == (400, "Invalid request")
    assert unknown.json["errors"][0]["pointer"] == "/preset"
    assert (broken.status, broken.json["error"], broken.json["charged"]) == (409, "Preset broken", "no")
    assert "line 2, prompt: uses $word, which is none of" in broken.json["detail"]
    assert rendered("card").status == 409
    assert started.task_ids == []


def checked(cloud: Cloud, key: str, content: str) -> tuple[str, list[str]]:
    """The status on the file's tag, and the texts of what was reported since."""
    before = {thing["Key"] for thing in cloud.s3.list_objects_v2(Bucket="images").get("Contents", [])}
    version = put(cloud, key, content)
    event = {"detail": {"bucket": {"name": "inbox"}, "object": {"key": key, "version-id": version}}}
    for _ in range(2):  # events come twice
        check_preset.handler(event, LambdaContext())  # type: ignore[arg-type]
    tags = cloud.s3.get_object_tagging(Bucket="inbox", Key=key, VersionId=version)["TagSet"]
    after = cloud.s3.list_objects_v2(Bucket="images").get("Contents", [])
    new = [thing["Key"] for thing in after if thing["Key"] not in before]
    assert all(name.startswith(f"failed/{Path(key).stem.replace(' ', '-')}__") for name in new)
    texts = [cloud.s3.get_object(Bucket="images", Key=name)["Body"].read().decode() for name in new]
    (status,) = [tag["Value"] for tag in tags if tag["Key"] == "plantain-status"]
    return status, texts


@pytest.mark.parametrize(
    ("key", "content"),
    [
        ("presets/card.toml", CARD),
        ("presets/brand.toml", 'typography = "Inter"'),
        ("presets/brand.toml", ""),
    ],
)
def test_a_good_file_is_told_so_by_its_tag(cloud: Cloud, key: str, content: str) -> None:
    assert checked(cloud, key, content) == ("success", [])


@pytest.mark.parametrize(
    ("key", "content", "line"),
    [
        ("presets/card.toml", CARD.replace("10", '"ten"'), "- line 7, variables.words.max_length: must be"),
        ("presets/card.toml", CARD + "[", "- line 8: is not valid TOML"),
        ("presets/card.toml", "", "- prompt: is required"),
        ("presets/card.toml", "#" * 70_000, "- must be at most 65536 bytes"),
        ("presets/brand.toml", "color = 1", "- line 1, color: is not a known field"),
        ("presets/My Card.toml", CARD, "- A preset's file lies directly in presets/, and"),
        ("presets/a/card.toml", CARD, "- A preset's file lies directly in presets/, and"),
    ],
)  # fmt: skip
def test_a_bad_file_is_told_in_plain_words_with_its_line(cloud: Cloud, key: str, content: str, line: str) -> None:
    status, (text,) = checked(cloud, key, content)

    assert status == "fail"
    assert line in text
    kind = "brand profile" if key == "presets/brand.toml" else "preset"
    assert f"The {kind} {key} cannot be used." in text
    assert "Nothing was charged." in text


@pytest.mark.parametrize(
    ("key", "content", "line"),
    [
        ("presets/brand.toml", "logo = 'presets/logo.png'", "line 1, logo: presets/logo.png"),
        (
            "presets/card.toml",
            f"brand_images = ['presets/look.png', 'inbox/_brand/logo.png']\n{CARD}",
            "line 1, brand_images, entry 2: inbox/_brand/logo.png",
        ),
    ],
)
def test_a_picture_that_it_names_must_be_there_and_be_one(cloud: Cloud, key: str, content: str, line: str) -> None:
    image = line.rpartition(" ")[2]
    put(cloud, "presets/look.png", "RIFF    WEBP")
    for fault in ("is not in the inbox", "is not a PNG, JPEG or WebP image"):
        status, (text,) = checked(cloud, key, content)
        assert status == "fail"
        assert f"{line} {fault}: put the picture there first" in " ".join(text.split())
        put(cloud, image, "no picture")

    put(cloud, image, "RIFF    WEBP")
    assert checked(cloud, key, content) == ("success", [])


def test_a_logo_that_is_missing_is_told_as_the_brands(cloud: Cloud) -> None:
    put(cloud, "presets/brand.toml", "logo = 'presets/logo.png'")

    (fault,) = rendered("quote-card", variables={"quote": "Less"}).json["errors"]

    assert fault["pointer"] == "/preset"
    assert "presets/brand.toml, whose logo presets/logo.png is not in the inbox; put it there" in fault["detail"]


def test_a_file_that_is_gone_again_is_left_in_peace(cloud: Cloud) -> None:
    event = {"detail": {"bucket": {"name": "inbox"}, "object": {"key": "presets/card.toml", "version-id": "gone"}}}

    check_preset.handler(event, LambdaContext())  # type: ignore[arg-type]

    assert "Contents" not in cloud.s3.list_objects_v2(Bucket="images")
