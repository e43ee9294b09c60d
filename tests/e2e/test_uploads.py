"""An image of one's own: uploaded through a link, worked from, and nobody else's."""

import io
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.e2e.conftest import Caller, Cloud


def png(colour: str = "seagreen") -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (64, 64), colour).save(picture, "PNG")
    return picture.getvalue()


def announced(caller: Caller, content: bytes, content_type: str = "image/png") -> dict[str, Any]:
    answer = caller.api.post("/api/uploads", json={"contentType": content_type, "size": len(content)})
    assert answer.status_code == 201, answer.text
    given: dict[str, Any] = answer.json()
    return given


def put(given: dict[str, Any], content: bytes, **headers: str) -> httpx.Response:
    return httpx.put(given["uploadUrl"], content=content, headers=given["headers"] | headers, trust_env=False)


def uploaded(caller: Caller, content: bytes) -> str:
    given = announced(caller, content)
    assert put(given, content).status_code == 200
    return str(given["key"])


def test_an_uploaded_picture_is_worked_from(cloud: Cloud, alice: Caller) -> None:
    content = png()
    key = uploaded(alice, content)

    job = alice.made("like this one", imageInput=[key], resolution="1K")

    kept = cloud.client("s3").get_object(Bucket=cloud.outputs["InboxBucketName"], Key=key)
    assert job["state"] == "success"
    assert (kept["ContentType"], kept["Body"].read()) == ("image/png", content)
    assert "X-Amz-Signature" not in cloud.history(job["taskId"])
    assert not [line for line in cloud.logs() if key in line]


def test_a_link_takes_what_was_announced_and_nothing_else(cloud: Cloud, alice: Caller) -> None:
    content = png()
    given = announced(alice, content)

    assert put(given, content + b"x").status_code == 403
    assert put(given, content, **{"Content-Type": "text/html"}).status_code == 403
    assert put(given | {"uploadUrl": given["uploadUrl"].replace("/alice/", "/bob/")}, content).status_code == 403
    assert httpx.get(given["uploadUrl"], trust_env=False).status_code == 403
    answer = alice.submit(imageInput=[given["key"]])
    assert answer.json()["errors"] == [{"pointer": "/imageInput/0", "detail": "has not been uploaded"}]


def test_another_callers_upload_is_of_no_use(cloud: Cloud, alice: Caller) -> None:
    accepted = cloud.accepted()
    key = uploaded(alice, png())

    answer = cloud.caller("bob").submit(imageInput=[key])

    assert (answer.status_code, answer.json()["charged"]) == (400, "no")
    assert answer.json()["errors"][0]["detail"] == "must be the key of an upload of yours"
    assert cloud.accepted() == accepted


def test_a_page_of_the_configured_origin_may_upload(cloud: Cloud, alice: Caller) -> None:
    given = announced(alice, png())

    def preflight(origin: str) -> httpx.Response:
        headers = {
            "Origin": origin,
            "Access-Control-Request-Method": "PUT",
            "Access-Control-Request-Headers": "content-type",
        }
        return httpx.options(given["uploadUrl"], headers=headers, trust_env=False)

    assert preflight("https://app.example.com").headers["access-control-allow-origin"] == "https://app.example.com"
    assert "access-control-allow-origin" not in preflight("https://evil.example.com").headers


@pytest.mark.parametrize("name", ["alice", "carol"])
def test_the_account_is_the_callers(cloud: Cloud, name: str) -> None:
    answer = cloud.caller(name).api.get("/api/account")

    assert (answer.status_code, answer.json()["caller"]) == (200, name)
    assert answer.json()["kie"]["state"] == "ok"
    assert answer.json()["kie"]["credits"] > 0
