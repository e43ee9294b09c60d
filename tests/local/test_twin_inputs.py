"""Input images are fetched when the task is worked on; uploads and results can be inputs again."""

import base64
import io
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import httpx
import pytest
from PIL import Image

from local.twin import inputs
from local.twin.twin import Twin

get = partial(httpx.get, verify=False, trust_env=False)  # plain HTTP: no certificates are read
post = partial(httpx.post, verify=False, trust_env=False)

HEADERS = {"Authorization": "Bearer twin-key"}


@pytest.fixture(scope="module")
def twin() -> Iterator[Twin]:
    with Twin(draw_seconds=0.0, rate_limit=False) as twin:
        yield twin


def image(kind: str, size: tuple[int, int] = (60, 40), mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind)
    return out.getvalue()


def upload(twin: Twin, data: bytes, name: str) -> str:
    fields = {"base64Data": base64.b64encode(data).decode(), "uploadPath": "in", "fileName": name}
    answer = post(f"{twin.api_url}/api/file-base64-upload", headers=HEADERS, json=fields).json()
    assert answer["code"] == 200
    return str(answer["data"]["downloadUrl"])


def create(twin: Twin, urls: list[str], prompt: str = "A boat") -> str:
    body = {
        "model": "nano-banana-pro",
        "input": {"prompt": prompt, "image_input": urls, "aspect_ratio": "auto"},
    }
    answer = post(f"{twin.api_url}/api/v1/jobs/createTask", headers=HEADERS, json=body)
    return str(answer.json()["data"]["taskId"])


def ended(twin: Twin, task_id: str) -> Any:
    for _ in range(250):
        url = f"{twin.api_url}/api/v1/jobs/recordInfo?taskId={task_id}"
        data = get(url, headers=HEADERS).json()["data"]
        if data["state"] in ("success", "fail"):
            return data
        time.sleep(0.02)
    raise AssertionError(data)


def test_a_result_is_an_input_again_and_gives_its_shape(twin: Twin) -> None:
    source = upload(twin, image("PNG", (90, 160)), "tall.png")
    first = ended(twin, create(twin, [source]))["response"]["resultUrls"][0]
    second = ended(twin, create(twin, [first, source]))["response"]["resultUrls"][0]
    assert Image.open(io.BytesIO(get(second).content)).size == (576, 1024)


def test_eight_images_of_every_kind_are_taken(twin: Twin) -> None:
    kinds = [
        ("PNG", "RGB"),
        ("PNG", "RGBA"),
        ("PNG", "P"),
        ("PNG", "I;16"),
        ("JPEG", "L"),
        ("JPEG", "CMYK"),
        ("WEBP", "RGBA"),
        ("WEBP", "RGB"),
    ]
    urls = [upload(twin, image(kind, mode=mode), f"{n}.x") for n, (kind, mode) in enumerate(kinds)]
    data = ended(twin, create(twin, urls))
    assert data["state"] == "success"
    assert get(data["response"]["resultUrls"][0]).status_code == 200


BAD: dict[str, Callable[[Twin], str]] = {
    "a foreign host": lambda twin: "http://pictures.example.com/a.png",
    "nothing there": lambda twin: f"{twin.files_url}/kieai/in/none.png",
    "nobody listening": lambda twin: "http://127.0.0.1:1/a.png",
    "no URL": lambda twin: "a.png",
    "a GIF": lambda twin: upload(twin, image("GIF"), "a.gif"),
    "half an image": lambda twin: upload(twin, image("PNG", (500, 500))[:300], "half.png"),
    "a page": lambda twin: upload(twin, b"<html></html>", "page.png"),
}


@pytest.mark.parametrize("case", BAD)
def test_an_image_that_cannot_be_had_fails_the_task_and_not_the_create(twin: Twin, case: str) -> None:
    good = upload(twin, image("PNG"), "good.png")
    data = ended(twin, create(twin, [good, BAD[case](twin)]))
    assert (data["failCode"], data["failMsg"], data["creditsConsumed"]) == (
        "400",
        "Image fetch failed. Check access settings or use our File Upload API instead.",
        0.0,
    )


def test_a_redirect_is_followed_to_allowed_hosts_only(twin: Twin) -> None:
    near = ended(twin, create(twin, [], "[twin:file-redirect]"))["response"]["resultUrls"]
    far = ended(twin, create(twin, [], "[twin:file-redirect-foreign]"))["response"]["resultUrls"]
    assert ended(twin, create(twin, near))["state"] == "success"
    assert ended(twin, create(twin, far))["failCode"] == "400"


def test_an_image_without_end_or_too_slow_is_given_up(twin: Twin, monkeypatch: pytest.MonkeyPatch) -> None:
    endless = ended(twin, create(twin, [], "[twin:file-huge]"))["response"]["resultUrls"]
    assert ended(twin, create(twin, endless))["failCode"] == "400"
    monkeypatch.setattr(inputs, "SECONDS_EACH", 0.3)
    drip = ended(twin, create(twin, [], "[twin:file-drip]"))["response"]["resultUrls"]
    assert ended(twin, create(twin, drip))["failCode"] == "400"


def test_a_file_can_be_uploaded_in_three_ways(twin: Twin) -> None:
    data = image("PNG")
    by_text = upload(twin, data, "a b/../c.png")
    by_form = post(
        f"{twin.api_url}/api/file-stream-upload",
        headers=HEADERS,
        files={"file": ("d.png", data)},
        data={"uploadPath": "in/deep"},
    ).json()
    by_url = post(
        f"{twin.api_url}/api/file-url-upload",
        headers=HEADERS,
        json={"fileUrl": by_text, "uploadPath": "/in/"},
    ).json()
    assert by_text == f"{twin.files_url}/kieai/in/a-b-..-c.png"
    assert by_form["data"] | {"uploadedAt": ""} == {
        "fileName": "d.png",
        "filePath": "in/deep/d.png",
        "downloadUrl": f"{twin.files_url}/kieai/in/deep/d.png",
        "fileSize": len(data),
        "mimeType": "image/png",
        "uploadedAt": "",
    }
    without_path = post(f"{twin.api_url}/api/file-stream-upload", headers=HEADERS, files={"file": ("d.png", data)})
    assert without_path.json()["code"] == 400
    for url in (by_text, by_form["data"]["downloadUrl"], by_url["data"]["downloadUrl"]):
        assert get(url).content == data


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("base64", {"uploadPath": "in"}),
        ("base64", {"base64Data": "???", "uploadPath": "in"}),
        ("base64", {"base64Data": "aGk="}),
        ("url", {"fileUrl": "http://example.com/a.png", "uploadPath": "in"}),
        ("url", {"uploadPath": "in"}),
        ("stream", {}),
    ],
)
def test_a_bad_upload_is_refused(twin: Twin, path: str, body: dict[str, str]) -> None:
    answer = post(f"{twin.api_url}/api/file-{path}-upload", headers=HEADERS, json=body)
    assert answer.status_code == 200
    assert answer.json()["code"] != 200
