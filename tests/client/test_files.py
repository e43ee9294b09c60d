"""Images in and out: the presigned PUT, and a download that is whole or not there."""

import hashlib
from pathlib import Path
from typing import Any

import httpx
import pytest

from plantain_client import (
    DamagedImage,
    ImageGone,
    InvalidRequest,
    StillRunning,
    StorageRefused,
    TaskFailed,
    TransportFailed,
    UnusableFile,
)
from plantain_client.documents import task_from
from tests.client.service import LINK, PICTURE, TASK_ID, Service, failed, gateway, job, problem, success

PNG, JPEG, WEBP = b"\x89PNG\r\n\x1a\nrest", b"\xff\xd8\xff\xe0rest", b"RIFF\x04\x00\x00\x00WEBPVP8 "
PLACE = {
    "key": "uploads/me/1.png",
    "uploadUrl": "https://inbox.test/uploads/me/1.png?X-Amz-Signature=signed-canary",
    "headers": {"Content-Type": "image/png"},
    "uploadExpiresAt": "2026-11-23T05:25:17.402Z",
}
UPLOAD = httpx.Response(201, json=PLACE)
REDIRECT = httpx.Response(302, headers={"Location": LINK})
TASK = task_from(success())
DENIED = httpx.Response(403, content=b"<Error><Code>AccessDenied</Code><Message>no</Message></Error>")


def stored(content: bytes = PICTURE) -> httpx.Response:
    return httpx.Response(200, content=content)


@pytest.mark.parametrize(
    ("data", "content_type"), [(PNG, "image/png"), (JPEG, "image/jpeg"), (WEBP, "image/webp")]
)
def test_an_upload_declares_what_its_bytes_are(
    service: Service, tmp_path: Path, data: bytes, content_type: str
) -> None:
    photo = tmp_path / "photo.gif"
    photo.write_bytes(data)
    service.says(UPLOAD, httpx.Response(200))

    assert service.call("upload", photo) == "uploads/me/1.png"

    asked, put = service.requests
    assert service.bodies() == [{"contentType": content_type, "size": len(data)}]
    assert (put.method, str(put.url), put.content) == ("PUT", PLACE["uploadUrl"], data)
    assert put.headers["content-type"] == "image/png"
    assert put.headers["content-length"] == str(len(data))
    assert "authorization" in asked.headers
    assert "authorization" not in put.headers


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"<svg/>", b"RIFF....AVI ", PNG + bytes(30_000_000)])
def test_what_is_no_image_is_not_even_asked_for(service: Service, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "photo.png").write_bytes(data)

    with pytest.raises(UnusableFile, match=r"photo\.png"):
        service.call("upload", tmp_path / "photo.png")

    assert service.requests == []


def test_an_upload_is_sent_again_when_it_may_help(service: Service) -> None:
    service.says(UPLOAD, httpx.ReadTimeout("…"), httpx.Response(503), httpx.Response(200))
    assert service.call("upload", PNG) == "uploads/me/1.png"
    assert [request.method for request in service.requests] == ["POST", "PUT", "PUT", "PUT"]

    service.says(UPLOAD, DENIED)
    with pytest.raises(StorageRefused) as refused:
        service.call("upload", PNG)
    assert (refused.value.status, refused.value.code) == (403, "AccessDenied")
    assert "signed-canary" not in str(refused.value)
    assert len(service.requests) == 6


def test_an_upload_that_plantain_refuses(service: Service) -> None:
    service.says(problem(400, "invalid-request"))

    with pytest.raises(InvalidRequest):
        service.call("upload", PNG)


def test_a_download_is_whole_and_asks_for_a_fresh_link(service: Service, tmp_path: Path) -> None:
    service.says(REDIRECT, stored())

    path = service.call("download", TASK, tmp_path / "leaf.png")

    assert path.read_bytes() == PICTURE
    assert path.stat().st_mode & 0o777 == 0o666 & ~umask(tmp_path)
    asked, fetched = service.requests
    assert asked.url.path == f"/api/images/{TASK_ID}/image"
    assert str(fetched.url) == LINK
    assert "authorization" not in fetched.headers
    assert fetched.headers["accept-encoding"] == "identity"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["leaf.png", "probe"]


def umask(folder: Path) -> int:
    (folder / "probe").write_bytes(b"")
    return 0o666 & ~(folder / "probe").stat().st_mode


def test_in_a_folder_an_image_is_named_after_its_task(service: Service, tmp_path: Path) -> None:
    service.says(httpx.Response(200, json=success()), REDIRECT, stored())

    assert service.call("download", TASK_ID, tmp_path) == tmp_path / f"{TASK_ID}.png"


def test_another_image_of_a_task_has_its_own_link(service: Service, tmp_path: Path) -> None:
    second = b"the second"
    image = success()["images"][0]
    other = image | {
        "url": LINK + "2",
        "size": len(second),
        "sha256": hashlib.sha256(second).hexdigest(),
    }
    two = success(images=[image, other])
    service.says(httpx.Response(200, json=two), stored(second))

    path = service.call("download", task_from(two), tmp_path, index=1)

    assert path == tmp_path / f"{TASK_ID}-2.png"
    assert path.read_bytes() == second
    with pytest.raises(ValueError, match="none at index 2"):
        service.call("download", task_from(two), tmp_path, index=2)


@pytest.mark.parametrize(
    ("answer", "error", "tries"),
    [
        (stored(PICTURE[:-1]), DamagedImage, 3),
        (stored(PICTURE + b"x"), DamagedImage, 3),
        (stored(PICTURE[:-1] + b"x"), DamagedImage, 3),
        (httpx.ReadError("cut"), TransportFailed, 3),
        (httpx.Response(503), StorageRefused, 3),
        (DENIED, StorageRefused, 1),
    ],
)
def test_half_a_download_leaves_what_was_there(
    service: Service, tmp_path: Path, answer: Any, error: type[Exception], tries: int
) -> None:
    (tmp_path / "leaf.png").write_bytes(b"an earlier picture")
    service.says(*[REDIRECT, answer] * 3)

    with pytest.raises(error) as refused:
        service.call("download", TASK, tmp_path / "leaf.png")

    assert len(service.requests) == 2 * tries
    assert "signed-canary" not in str(refused.value)
    (file,) = tmp_path.iterdir()
    assert file.read_bytes() == b"an earlier picture"


def test_a_broken_download_is_begun_anew(service: Service, tmp_path: Path) -> None:
    service.says(REDIRECT, stored(PICTURE[:-1]), httpx.ConnectError("…"), REDIRECT, stored())

    assert service.call("download", TASK, tmp_path / "leaf.png").read_bytes() == PICTURE


def test_what_has_no_image_is_not_downloaded(service: Service, tmp_path: Path) -> None:
    service.says(httpx.Response(200, json=failed()))
    with pytest.raises(TaskFailed):
        service.call("download", TASK_ID, tmp_path)

    service.says(httpx.Response(200, json=job()))
    with pytest.raises(StillRunning):
        service.call("download", TASK_ID, tmp_path)

    service.says(problem(410, "image-gone", charged="yes"))
    with pytest.raises(ImageGone):
        service.call("download", TASK, tmp_path)

    service.says(gateway(403, "Forbidden"))
    with pytest.raises(Exception, match="not accepted"):
        service.call("download", TASK, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_the_callers_to_make(service: Service, tmp_path: Path) -> None:
    service.says(REDIRECT, stored())

    with pytest.raises(FileNotFoundError):
        service.call("download", TASK, tmp_path / "nowhere" / "leaf.png")
