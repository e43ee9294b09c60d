"""Where presets are found: the owner's before those shipped, earlier versions for good."""

from typing import Any

import pytest

from plantain.faults import Fault, InvalidRequest, PresetUnknown
from plantain.job import PresetRef
from plantain.models import MODELS
from plantain.network.dns import Dns
from plantain.planning.plans import Plan, plan_of
from plantain.presets.finding import Presets, presets, presets_of_a_moment
from plantain.presets.keys import preset_name_of
from plantain.wishes.preset_wish import PresetWish
from plantain.wishes.terms import Terms
from tests.conftest import Cloud
from tests.wire import Names

SHIPPED = ["career-timeline", "infographic", "merge", "quote-card", "recolor", "thumbnail"]
TERMS = Terms(MODELS["nano-banana-pro"], "alice")


def put(cloud: Cloud, key: str, content: str | bytes) -> None:
    cloud.s3.put_object(Bucket="inbox", Key=key, Body=content)


def plan(name: str, version: str | None = None, library: Presets | None = None, **settings: Any) -> Plan:
    return plan_of(PresetWish(name, version, {}, settings, {}), TERMS, Dns(Names({})), library)


def test_shipped_presets_are_there_and_the_owners_are_added(cloud: Cloud) -> None:
    assert presets().names() == SHIPPED
    for key in ("card.toml", "merge.toml", "brand.toml", "logo.png", "old/card2.toml", "My Card.toml", "@.toml"):
        put(cloud, f"presets/{key}", "prompt = 'a'")

    assert presets().names() == sorted([*SHIPPED, "card"])
    assert presets().get("merge").content == b"prompt = 'a'"
    assert not presets().get("merge").is_shipped
    assert presets().get("recolor").is_shipped


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("presets/card.toml", "card"),
        ("presets/brand.toml", None),
        ("presets/a/card.toml", None),
        ("presets/card", None),
        ("inbox/card.toml", None),
        ("presets/Card.toml", None),
        ("card", None),
    ],
)
def test_a_presets_key_is_its_name(key: str, name: str | None) -> None:
    assert preset_name_of(key) == name


def test_an_unknown_preset_is_told_the_known_ones(cloud: Cloud) -> None:
    put(cloud, "presets/card.toml", "prompt = 'a'")
    with pytest.raises(PresetUnknown) as unknown:
        plan("cart")

    assert unknown.value.faults == (
        Fault("/preset", f"cart is unknown; there are {', '.join(sorted([*SHIPPED, 'card']))}"),
    )


def test_a_version_that_was_used_can_be_asked_for_whatever_became_of_the_file(cloud: Cloud) -> None:
    put(cloud, "presets/card.toml", "prompt = 'first'")
    first = plan("card")
    put(cloud, "presets/card.toml", "prompt = 'second'")
    second = plan("card")
    cloud.s3.delete_object(Bucket="inbox", Key="presets/card.toml")

    assert first.preset
    assert second.preset
    assert (first.request.prompt, second.request.prompt) == ("first", "second")
    assert plan("card", first.preset.version) == first
    assert plan("card", second.preset.version) == second
    with pytest.raises(PresetUnknown):
        plan("card")


def test_a_version_that_nobody_used_is_refused_with_the_present_one(cloud: Cloud) -> None:
    put(cloud, "presets/card.toml", "prompt = 'first'")
    never = presets().get("card").version
    put(cloud, "presets/card.toml", "prompt = 'second'")
    now = presets().get("card").version

    assert plan("card", now).preset == PresetRef("card", now)
    with pytest.raises(PresetUnknown) as unknown:
        plan("card", never)
    assert unknown.value.detail == f"card was never used in the version {never}; its version now is {now}"


def test_the_brand_profile_belongs_to_the_version_that_used_it(cloud: Cloud) -> None:
    put(cloud, "presets/card.toml", "prompt = 'a'\nbrand = true")
    before = plan("card")
    put(cloud, "presets/brand.toml", "typography = 'Inter'")
    branded = plan("card")
    put(cloud, "presets/brand.toml", "typography = 'Arial'")

    assert before.preset
    assert branded.preset
    assert before.request.prompt == "a"
    assert branded.request.prompt == "a\n\nTypography: Inter."
    assert plan("card").request.prompt == "a\n\nTypography: Arial."
    assert plan("card", branded.preset.version) == branded
    assert plan("card", before.preset.version) == before


def test_a_preset_that_does_not_say_so_gets_no_brand(cloud: Cloud) -> None:
    put(cloud, "presets/card.toml", "prompt = 'a'")
    put(cloud, "presets/brand.toml", "this is broken")

    assert plan("card").request.prompt == "a"


@pytest.mark.parametrize("content", ["", "prompt = ", b"x" * 70_000])
def test_a_broken_file_is_the_owners_and_hides_the_shipped_one(cloud: Cloud, content: str | bytes) -> None:
    put(cloud, "presets/recolor.toml", content)
    with pytest.raises(InvalidRequest) as invalid:
        plan("recolor", image_input=("https://8.8.8.8/a.png",))

    assert [fault.pointer for fault in invalid.value.faults] == ["/preset"]
    assert invalid.value.faults[0].detail.startswith("recolor is broken: ")


def test_brand_images_are_looked_at_and_pinned_and_are_not_counted_as_the_callers(cloud: Cloud) -> None:
    put(cloud, "presets/card.toml", "prompt = 'a'\nbrand_images = ['presets/look.png']")
    with pytest.raises(InvalidRequest) as invalid:
        plan("card", image_input=("https://missing.test/a.png",))
    assert [(fault.pointer, fault.detail[:60]) for fault in invalid.value.faults] == [
        ("/imageInput/0", "names a host that cannot be found (missing.test); nothing was"[:60]),
        ("/preset", "card adds the image presets/look.png, which is not in the inbox"[:60]),
    ]

    put(cloud, "presets/look.png", b"\x89PNG\r\n\x1a\n")
    made = plan("card", image_input=("https://8.8.8.8/a.png",))

    assert made.brand_images == 1
    assert made.request.image_input[1].startswith("presets/look.png?versionId=")


def test_a_plan_that_fails_leaves_no_version_behind(cloud: Cloud) -> None:
    put(cloud, "presets/card.toml", "prompt = 'a'\nmin_images = 1")
    with pytest.raises(InvalidRequest):
        plan("card")

    assert cloud.dynamodb.scan(TableName="jobs")["Count"] == 0


def test_who_plans_many_wishes_at_once_gets_one_version_for_all(cloud: Cloud) -> None:
    put(cloud, "presets/card.toml", "prompt = 'first'")
    library = presets_of_a_moment()
    first = plan("card", library=library)
    put(cloud, "presets/card.toml", "prompt = 'second'")

    assert plan("card", library=library) == first
    assert plan("card") != first
    assert first.preset
    assert plan("card", first.preset.version) == first


def test_a_shipped_version_outlives_the_owners_file_of_that_name(cloud: Cloud) -> None:
    made = plan("recolor", image_input=("https://8.8.8.8/a.png",))
    assert made.preset
    put(cloud, "presets/recolor.toml", "prompt = 'mine'")

    assert plan("recolor", made.preset.version, image_input=("https://8.8.8.8/a.png",)) == made
    assert plan("recolor").request.prompt == "mine"
    assert presets().get("recolor", made.preset.version).is_shipped
