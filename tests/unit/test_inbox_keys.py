"""Where in the inbox what lies: whose a key can be, and which version of it is meant."""

import pytest

from plantain.inbox.file_kinds import BATCH_EXTENSIONS
from plantain.inbox.keys import (
    is_inbox_key,
    is_own_upload_key,
    is_upload_key,
    key_and_version,
    key_of,
    new_upload_key,
    pinned,
    stem_of,
)

ID = "01a20b6a-4d5c-7d87-adcb-3827f40a8f13"


@pytest.mark.parametrize(
    ("key", "owners"),
    [
        ("inbox/a.png", True),
        ("presets/card/a.png", True),
        (f"uploads/alice/{ID}.png", False),
        ("https://h/inbox/a.png", False),
        ("schedules/a.yaml", False),
    ],
)
def test_what_the_owner_has_laid_down_is_no_upload_and_no_url(key: str, owners: bool) -> None:
    assert is_inbox_key(key) is owners
    assert is_inbox_key(pinned(key, "v1")) is owners


def test_a_new_key_is_its_callers_and_nobody_elses() -> None:
    key = new_upload_key("alice", "image/jpeg")

    assert is_upload_key(key)
    assert key.endswith(".jpg")
    assert is_own_upload_key(key, "alice")
    assert not is_own_upload_key(key, "ali")
    assert not is_own_upload_key(key, "bob")
    assert new_upload_key("alice", "image/jpeg") != key


def test_a_list_is_an_upload_of_another_kind() -> None:
    key = new_upload_key("alice", "text/csv")

    assert not is_own_upload_key(key, "alice")
    assert is_own_upload_key(key, "alice", BATCH_EXTENSIONS)


@pytest.mark.parametrize(
    "key",
    [
        f"uploads/bob/{ID}.png",
        f"uploads/alice/bob/{ID}.png",
        f"uploads/alice/../bob/{ID}.png",
        f"inbox/alice/{ID}.png",
        f"{ID}.png",
        f"uploads/alice/{ID}.gif",
        f"uploads/alice/{ID}.PNG",
        f"uploads/alice/{ID}.png.png",
        f"uploads/alice/{ID}",
        f"uploads/alice/{ID}.png?versionId=1",
        "uploads/alice/photo.png",
        "uploads/alice/.png",
        "uploads/alice/",
        "",
    ],
)
def test_what_was_not_given_to_alice_is_not_hers(key: str) -> None:
    assert not is_own_upload_key(key, "alice")


@pytest.mark.parametrize(
    ("reference", "key", "version"),
    [
        ("inbox/a.png", "inbox/a.png", None),
        (pinned("inbox/a.png", "v1"), "inbox/a.png", "v1"),
        (pinned("inbox/a?versionId=x.png", "v1"), "inbox/a?versionId=x.png", "v1"),
    ],
)
def test_a_reference_names_a_key_and_perhaps_one_version(reference: str, key: str, version: str | None) -> None:
    assert key_and_version(reference) == (key, version)
    assert key_of(reference) == key


@pytest.mark.parametrize(
    ("name", "stem"),
    [("X.png", "X"), ("--a b--.png", "a-b"), ("...png", "file"), ("a" * 101 + ".png", "a" * 100)],
)
def test_a_files_name_is_made_safe_and_stays_its_own(name: str, stem: str) -> None:
    assert stem_of(f"inbox/{name}") == stem
