"""What a wish works from reaches Kie.ai whatever it is called and whatever becomes of it, and by either way."""

import io
import time
from collections.abc import Iterator
from itertools import batched
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image

from tests.e2e.conftest import Cloud
from tests.e2e.dropping import Person, eventually, unique
from tests.e2e.test_uploads import png

WISH = 'prompt = "{word}"\nresolution = "1K"\naspect_ratio = "1:1"\nimage_input = ["{key}"]\n'


@pytest.fixture
def person(cloud: Cloud) -> Person:
    return Person(cloud)


def asked(cloud: Cloud, word: str) -> dict[str, Any]:
    """What Kie.ai was asked, once, with this word in the prompt."""
    tasks = cloud.twin.get("/_twin/ledger").json()["tasks"]
    (wish,) = [task["input"] for task in tasks if word in task["prompt"]]
    return dict(wish)


def shows_magenta(person: Person, stem: str) -> bool:
    """Whether the picture that was drawn has a good deal of it: the twin hangs what it works from into it."""
    (key,) = person.pictures(stem)
    content = person.s3.get_object(Bucket=person.images, Key=key)["Body"].read()
    picture = Image.open(io.BytesIO(content)).convert("RGB").resize((64, 64))
    pixels = batched(picture.tobytes(), 3, strict=True)
    near: list[bool] = [red > 235 and green < 20 and blue > 235 for red, green, blue in pixels]
    return sum(near) > 300  # of 4096: a frame beside the words


@pytest.mark.parametrize("name", ["a.png", "a b+ü%.PNG", "a.jpg", "picture"])
def test_a_link_leads_to_the_picture_and_ends_in_what_it_is(cloud: Cloud, person: Person, name: str) -> None:
    stem = unique()
    key = f"inbox/_material/{stem}/{name}"
    person.drops(key, png("magenta"))

    person.made(person.drops(f"inbox/{stem}.toml", WISH.format(word=stem, key=key)))

    (link,) = asked(cloud, stem)["image_input"]
    assert urlsplit(link).path.endswith(".png")
    assert shows_magenta(person, stem)


@pytest.fixture
def by_upload(cloud: Cloud) -> Iterator[None]:
    """The parameter InputHandover=kie-upload, for a while."""
    functions, name = cloud.client("lambda"), cloud.resources["CreateTaskFunction"]
    variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]

    def set_to(way: str) -> None:
        changed = {"Variables": variables | {"INPUT_HANDOVER": way}}
        functions.update_function_configuration(FunctionName=name, Environment=changed)

    set_to("kie-upload")
    yield
    set_to("link")


@pytest.mark.usefixtures("by_upload")
def test_kies_upload_takes_the_picture_and_the_inbox_is_shown_to_nobody(cloud: Cloud, person: Person) -> None:
    stem = unique()
    key = f"inbox/_material/{stem}/a.JPG"
    person.drops(key, png("magenta"))

    person.made(person.drops(f"inbox/{stem}.toml", WISH.format(word=stem, key=key)))

    (address,) = asked(cloud, stem)["image_input"]
    assert address.startswith(f"{cloud.files_url}/")
    assert address.endswith(".png")
    assert shows_magenta(person, stem)


def hold_creates(cloud: Cloud, seconds: float) -> None:
    """As if so many others were before the next one."""
    cloud.client("dynamodb").put_item(
        TableName=cloud.outputs["JobsTableName"],
        Item={"id": {"S": "pace"}, "nextAt": {"N": str(int((time.time() + seconds) * 1000))}},
    )


@pytest.mark.parametrize("name", ["a.png", "a.PNG"])
def test_what_becomes_of_a_picture_while_its_wish_waits_changes_nothing(
    cloud: Cloud, person: Person, name: str
) -> None:
    stem = unique()
    key = f"inbox/_material/{stem}/{name}"
    person.drops(key, png("magenta"))
    hold_creates(cloud, 6)
    source = person.drops(f"inbox/{stem}.toml", WISH.format(word=stem, key=key))
    eventually(lambda: person.status(source))
    assert person.paid(stem) == 0

    person.drops(key, png("white"))
    person.s3.delete_object(Bucket=person.inbox, Key=key)

    person.made(source)
    assert shows_magenta(person, stem)
