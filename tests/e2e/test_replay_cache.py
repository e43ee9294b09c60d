"""The same wish twice with `cache`, by every door: paid once, and each has its picture where it expects it."""

import hashlib
import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import Caller, Cloud
from tests.e2e.dropping import Person, eventually, unique
from tests.functions.dropping import picture

SMALL = {"resolution": "1K", "outputFormat": "jpg", "cache": True}


@pytest.fixture
def person(cloud: Cloud) -> Person:
    return Person(cloud)


def bytes_of(job: dict[str, Any]) -> bytes:
    answer = httpx.get(job["imageUrl"], trust_env=False)
    assert answer.status_code == 200
    return answer.content


def assert_cached(job: dict[str, Any]) -> None:
    shown = (job["state"], job["charged"], job["cost"], job["cached"])
    assert shown == ("success", "no", {"credits": 0, "usd": 0}, True), job


def uploaded(caller: Caller, content: bytes) -> str:
    place = caller.api.post("/api/uploads", json={"contentType": "image/png", "size": len(content)}).json()
    put = httpx.put(place["uploadUrl"], content=content, headers=place["headers"], trust_env=False)
    assert put.status_code == 200
    return str(place["key"])


def test_the_second_of_two_requests_gets_its_own_copy_at_once_and_for_nothing(cloud: Cloud, alice: Caller) -> None:
    prompt = unique("leaf")
    accepted = cloud.accepted()
    first = alice.made(prompt, **SMALL)

    answer = alice.submit(f" {prompt} ", **SMALL, aspectRatio="16:9")

    assert (answer.status_code, answer.json()["state"]) == (202, "success")
    second = alice.status(answer.json()["taskId"])
    assert_cached(second)
    assert (first["cached"], first["charged"]) == (False, "yes")
    assert second["taskId"] != first["taskId"]
    assert bytes_of(second) == bytes_of(first)
    assert second["images"][0]["sha256"] == hashlib.sha256(bytes_of(first)).hexdigest()
    assert second["taskId"] in second["images"][0]["key"]
    assert cloud.accepted() == accepted + 1


def test_of_many_at_once_one_is_paid_and_all_have_the_picture(cloud: Cloud, alice: Caller) -> None:
    prompt, accepted = unique("crowd"), cloud.accepted()

    with ThreadPoolExecutor(8) as crowd:
        jobs = list(crowd.map(lambda _: alice.made(prompt, **SMALL), range(8)))

    assert cloud.accepted() == accepted + 1
    assert sorted(job["charged"] for job in jobs) == [*["no"] * 7, "yes"]
    assert len({bytes_of(job) for job in jobs}) == 1


def test_the_same_upload_under_another_key_is_the_same_and_another_picture_is_not(
    cloud: Cloud, alice: Caller
) -> None:
    prompt, red, blue = unique("over"), picture(), picture("JPEG")
    accepted = cloud.accepted()
    alice.made(prompt, **SMALL, imageInput=[uploaded(alice, red)])

    assert_cached(alice.made(prompt, **SMALL, imageInput=[uploaded(alice, red)]))
    assert alice.made(prompt, **SMALL, imageInput=[uploaded(alice, blue)])["charged"] == "yes"
    assert cloud.accepted() == accepted + 2


def test_a_preset_that_changes_or_whose_brand_image_changes_is_drawn_anew(
    cloud: Cloud, alice: Caller, person: Person
) -> None:
    name = unique("brand")
    text = f'prompt = "a card, $what"\nbrand_images = ["presets/{name}.png"]\n[variables.what]\n'
    person.drops(f"presets/{name}.png", picture())
    person.made(person.drops(f"presets/{name}.toml", text))
    wish = {"preset": name, "variables": {"what": "green"}, **SMALL}

    def made() -> dict[str, Any]:
        return alice.finished(alice.api.post("/api/images/generate", json=wish).json()["taskId"])

    accepted = cloud.accepted()
    assert made()["charged"] == "yes"
    assert_cached(made())
    person.drops(f"presets/{name}.png", picture() + b"")
    assert_cached(made())
    person.drops(f"presets/{name}.png", picture("WEBP"))
    assert made()["charged"] == "yes"
    assert_cached(made())
    person.made(person.drops(f"presets/{name}.toml", f'description = "new"\n{text}'))
    assert made()["charged"] == "yes"
    assert cloud.accepted() == accepted + 3


def test_a_picture_that_was_deleted_is_drawn_again(cloud: Cloud, alice: Caller, person: Person) -> None:
    prompt = unique("gone")
    first = alice.made(prompt, **SMALL)
    person.s3.delete_object(Bucket=person.images, Key=first["images"][0]["key"])

    second = alice.made(prompt, **SMALL)

    assert (second["state"], second["charged"], second["cached"]) == ("success", "yes", False)
    assert bytes_of(second)
    assert_cached(alice.made(prompt, **SMALL))


def test_nobody_is_given_what_somebody_else_has_had_made(cloud: Cloud, alice: Caller) -> None:
    prompt = unique("mine")
    alice.made(prompt, **SMALL)

    assert cloud.caller(f"bob-{uuid.uuid4().hex[:6]}").made(prompt, **SMALL)["charged"] == "yes"


def test_a_file_dropped_again_has_its_picture_beside_the_first(cloud: Cloud, person: Person) -> None:
    stem, word = unique("card"), unique("word")
    text = f'prompt = "{word}"\nresolution = "1K"\ncache = true\ncount = 2\n'
    person.made(person.drops(f"inbox/{stem}/{stem}.toml", text))

    person.made(person.drops(f"inbox/{stem}/{stem}.toml", text))

    keys = person.pictures(stem)
    assert (len(keys), person.paid(word)) == (4, 2)
    contents = [person.s3.get_object(Bucket=person.images, Key=key)["Body"].read() for key in keys]
    assert sorted(contents.count(content) for content in contents) in ([2, 2, 2, 2], [4, 4, 4, 4])


def test_rows_that_are_the_same_are_paid_once(cloud: Cloud, person: Person) -> None:
    stem, word = unique("rows"), unique("row")
    rows = "".join(f"{id},{word},1K,true\n" for id in "abc")
    source = person.drops(f"inbox/{stem}.csv", f"id,prompt,resolution,cache\n{rows}")

    person.made(source)

    assert (len(person.pictures(f"{stem}-a")), len(person.pictures(f"{stem}-c"))) == (1, 1)
    assert person.paid(word) == 1
    (results,) = eventually(lambda: [k for k in person.keys("batches/") if _tells_of(person, k, f"{stem}-a__")])
    told = [json.loads(line) for line in person.text(results).splitlines()]
    assert sorted(row["charged"] for row in told) == ["no", "no", "yes"]
    assert {row["state"] for row in told} == {"success"}


def _tells_of(person: Person, key: str, word: str) -> bool:
    return key.endswith("/results.jsonl") and word in person.text(key)
