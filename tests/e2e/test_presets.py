"""Presets, from the file in the inbox to what Kie.ai is asked."""

import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from plantain_client import InvalidRequest, Plantain, PresetNotFound
from tests.e2e.conftest import JOB_SECONDS, Caller, Cloud
from tests.e2e.test_uploads import png, uploaded


def put(cloud: Cloud, key: str, content: str | bytes) -> str:
    body = content.encode() if isinstance(content, str) else content
    found = cloud.client("s3").put_object(Bucket=cloud.outputs["InboxBucketName"], Key=key, Body=body)
    return str(found["VersionId"])


def asked(cloud: Cloud, containing: str) -> list[dict[str, Any]]:
    """What the twin was asked to draw, of the prompts that contain this."""
    tasks: list[dict[str, Any]] = cloud.twin.get("/_twin/ledger").json()["tasks"]
    return [task["input"] for task in tasks if containing in task["prompt"]]


def seen[T](look: Callable[[], T | None]) -> T:
    """What comes in the end."""
    deadline = time.monotonic() + JOB_SECONDS
    while not (found := look()):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return found


def status_tag(cloud: Cloud, key: str, version: str) -> str | None:
    tags = cloud.client("s3").get_object_tagging(
        Bucket=cloud.outputs["InboxBucketName"], Key=key, VersionId=version
    )["TagSet"]
    return next((tag["Value"] for tag in tags if tag["Key"] == "plantain-status"), None)


@pytest.fixture
def name() -> str:
    """A preset of one's own: the cloud is everybody's."""
    return f"card-{uuid.uuid4().hex[:8]}"


def by_preset(caller: Caller, preset: str, **fields: Any) -> dict[str, Any]:
    answer = caller.api.post("/api/images/generate", json={"preset": preset, "resolution": "1K", **fields})
    assert answer.status_code == 202, answer.text
    return caller.finished(answer.json()["taskId"])


def test_a_shipped_preset_is_composed_and_asked_for(cloud: Cloud, alice: Caller) -> None:
    words = f"Less, but better {uuid.uuid4().hex}"

    job = by_preset(alice, "quote-card", variables={"quote": words, "author": "Dieter Rams"}, mood="bold")

    (input_,) = asked(cloud, words)
    parts = input_["prompt"].split("\n\n")
    assert f'letter for letter, in the quotation marks of its language: "{words}"\n' in input_["prompt"]
    assert parts[-3:] == ["Style: minimalist.", "Mood: bold.", "Composition: centered."]
    assert (input_["aspect_ratio"], input_["resolution"]) == ("1:1", "1K")
    assert (job["state"], job["prompt"]) == ("success", input_["prompt"])
    assert job["preset"]["name"] == "quote-card"
    assert not [line for line in cloud.logs() if words in line]
    assert words not in cloud.history(job["taskId"])


def test_brand_images_reach_kie_pinned_to_their_version(cloud: Cloud, alice: Caller, name: str) -> None:
    put(cloud, f"presets/{name}.png", png("gold"))
    put(cloud, f"presets/{name}.toml", f'prompt = "{name}"\nbrand_images = ["presets/{name}.png"]\nmin_images = 1')
    own = uploaded(alice, png())

    job = by_preset(alice, name, imageInput=[own])

    (input_,) = asked(cloud, name)
    assert job["state"] == "success"
    assert [f"presets/{name}.png" in url and "versionId=" in url for url in input_["image_input"]] == [False, True]


def test_an_earlier_version_is_drawn_after_the_file_has_changed_and_gone(
    cloud: Cloud, alice: Caller, name: str
) -> None:
    put(cloud, f"presets/{name}.toml", f'prompt = "first {name}"')
    rendered = alice.api.post(f"/api/presets/{name}/render", json={})
    assert (rendered.status_code, rendered.json()["price"]) == (200, {"credits": 18.0, "usd": 0.09})
    version = rendered.json()["preset"]["version"]
    put(cloud, f"presets/{name}.toml", f'prompt = "second {name}"')

    now, then = by_preset(alice, name), by_preset(alice, f"{name}@{version}")
    cloud.client("s3").delete_object(Bucket=cloud.outputs["InboxBucketName"], Key=f"presets/{name}.toml")
    later = by_preset(alice, f"{name}@{version}")

    assert (now["prompt"], then["prompt"], later["prompt"]) == (f"second {name}", f"first {name}", f"first {name}")
    assert then["preset"] == later["preset"] == {"name": name, "version": version}
    assert alice.api.get(f"/api/presets/{name}@{version}").json()["prompt"] == f"first {name}"
    assert alice.api.get(f"/api/presets/{name}").status_code == 404


@pytest.fixture
def nothing_is_created(cloud: Cloud) -> Iterator[Callable[[], None]]:
    """create_task has no room, so that jobs wait, until this is called."""
    function, lambdas = cloud.resources["CreateTaskFunction"], cloud.client("lambda")
    lambdas.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=0)

    def go_on() -> None:
        lambdas.delete_function_concurrency(FunctionName=function)

    yield go_on
    go_on()


def test_a_job_that_waits_keeps_the_version_it_was_asked_with(
    cloud: Cloud, alice: Caller, name: str, nothing_is_created: Callable[[], None]
) -> None:
    put(cloud, f"presets/{name}.toml", f'prompt = "first {name}"')
    task_id = alice.api.post("/api/images/generate", json={"preset": name, "resolution": "1K"}).json()["taskId"]
    put(cloud, f"presets/{name}.toml", f'prompt = "second {name}"')
    assert alice.status(task_id)["state"] == "pending"
    assert asked(cloud, name) == []
    nothing_is_created()

    job = alice.finished(task_id)

    assert [input_["prompt"] for input_ in asked(cloud, name)] == [f"first {name}"]
    assert (job["state"], job["prompt"]) == ("success", f"first {name}")


def test_a_file_is_checked_as_soon_as_it_is_put(cloud: Cloud, alice: Caller, name: str) -> None:
    key = f"presets/{name}.toml"
    bad = put(cloud, key, f'prompt = "{name}"\naspect_ratio = "5:7"\n')
    assert seen(lambda: status_tag(cloud, key, bad)) == "fail"
    bucket = cloud.outputs["ImagesBucketName"]
    (found,) = cloud.client("s3").list_objects_v2(Bucket=bucket, Prefix=f"failed/{name}__")["Contents"]
    text = cloud.client("s3").get_object(Bucket=bucket, Key=found["Key"])["Body"].read().decode()
    assert "- line 2, aspect_ratio: must be one of 1:1, 2:3" in text
    refused = alice.api.post("/api/images/generate", json={"preset": name})
    assert (refused.status_code, refused.json()["error"]) == (409, "Preset broken")
    listed = {preset["name"]: preset for preset in alice.api.get("/api/presets").json()["presets"]}
    assert listed[name]["problems"][0].startswith("line 2, aspect_ratio")
    assert listed["infographic"]["shipped"]

    images = f"presets/{name}.png", f"inbox/_{name}/look.png"
    branded = f'prompt = "{name}"\nbrand_images = {list(images)}\n'
    missing = put(cloud, key, branded)
    assert seen(lambda: status_tag(cloud, key, missing)) == "fail"
    for image in images:
        put(cloud, image, png("gold"))
    good = put(cloud, key, branded)
    assert seen(lambda: status_tag(cloud, key, good)) == "success"
    cloud.client("s3").delete_object(Bucket=cloud.outputs["InboxBucketName"], Key=key)


def test_the_client_finds_fills_and_draws_presets(cloud: Cloud, alice: Caller, name: str, tmp_path: Path) -> None:
    put(cloud, f"presets/{name}.toml", f'prompt = "{name} $a"\n[variables.a]\nchoices = ["x", "y"]')
    photo = tmp_path / "photo.png"
    photo.write_bytes(png())
    key = alice.api.headers["authorization"].removeprefix("Bearer ")
    with Plantain(cloud.api_url, key) as client:
        assert name in [preset.ref.name for preset in client.list_presets()]
        with pytest.raises(InvalidRequest) as invalid:
            client.render_preset(name, variables={"a": "z"})
        assert invalid.value.errors == (("/variables/a", "must be one of x, y"),)
        rendering = client.render_preset(name, variables={"a": "x"}, image_input=[photo])
        assert (rendering.prompt, rendering.own_images) == (f"{name} x", 1)
        assert client.get_preset(rendering.preset).prompt == f"{name} $a"
        task = client.generate(preset=rendering.preset, variables={"a": "y"}, resolution="1K", interval=0.2)
        assert (task.preset, task.prompt) == (rendering.preset, f"{name} y")
        with pytest.raises(PresetNotFound):
            client.get_preset(f"{name}@000000000000")
