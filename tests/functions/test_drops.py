"""What is dropped into the inbox, each kind of file: started once, or tried out, or left in peace."""

import json
from typing import Any

import pytest

from plantain.batches.records import batch_records
from plantain.reports.telling import report_id_of
from tests.functions.dropping import CARD, Drops, batches_started, inbox, picture
from tests.pages import blocks, section

__all__ = ["batches_started", "inbox"]  # fixtures


# ---- each kind of file


@pytest.mark.parametrize(
    ("name", "kind"), [("a.png", "PNG"), ("a.jpg", "JPEG"), ("A.JPEG", "JPEG"), ("a.webp", "WEBP")]
)
def test_a_picture_is_transformed_with_the_preset_its_folder_names(inbox: Drops, name: str, kind: str) -> None:
    source = inbox.drop(f"inbox/recolor/2026/{name}", picture(kind))

    job = inbox.job()
    assert job.preset is not None
    assert job.preset.name == "recolor"
    assert job.request.image_input == (f"{source.key}?versionId={source.version}",)
    assert (job.caller, job.door, job.source, job.stem) == ("inbox/recolor", "upload", source, name[0])
    assert inbox.status(source) == "accepted"


def test_a_text_is_the_prompt_wherever_it_lies(inbox: Drops) -> None:
    source = inbox.drop("inbox/team/spring/Grüße.TXT", "\ufeffeine Banane\r\nin der Sonne\r\n".encode())

    job = inbox.job()
    assert job.request.prompt == "eine Banane\nin der Sonne"
    assert (job.request.aspect_ratio, job.request.resolution, job.request.output_format) == ("16:9", "2K", "png")
    assert (job.caller, job.stem, job.preset, job.source) == ("inbox/team", "Grüße", None, source)


def test_a_toml_file_is_a_full_request(inbox: Drops) -> None:
    inbox.put("inbox/a/photo.png", picture())
    inbox.drop(
        "inbox/card.toml",
        'prompt = "a card"\naspect_ratio = "1:1"\nresolution = "1K"\noutput_format = "jpg"\n'
        'image_input = ["inbox/a/photo.png"]\n',
    )

    request = inbox.job().request
    assert (request.aspect_ratio, request.resolution, request.output_format) == ("1:1", "1K", "jpg")
    assert request.image_input[0].startswith("inbox/a/photo.png?versionId=")
    assert inbox.job().caller == "inbox/"


@pytest.mark.parametrize(
    "names", [("preset", "variables", "aspect_ratio"), ("preset", "variables", "aspectRatio")]
)
def test_a_json_file_may_name_a_preset_and_its_variables(inbox: Drops, names: tuple[str, ...]) -> None:
    values = ("infographic", {"topic": "bees"}, "1:1")
    inbox.drop("inbox/card.json", json.dumps(dict(zip(names, values, strict=True))))

    job = inbox.job()
    assert job.preset is not None
    assert "bees" in job.request.prompt
    assert job.request.aspect_ratio == "1:1"


@pytest.mark.parametrize("count", [1, 3, 10])
def test_a_file_may_ask_for_several(inbox: Drops, count: int) -> None:
    source = inbox.drop("inbox/card.toml", f"{CARD}count = {count}\n")
    inbox.deliver(source)

    made = inbox.jobs()
    assert len(set(made)) == count
    assert len({job.task_id for job in made}) == count
    assert {job.stem for job in made} == {"card"}
    if count > 1:
        assert len({job.group for job in made}) == 1
        assert sorted({str(job.member) for job in made}) == [f"{n:02}/{count:02}" for n in range(1, count + 1)]


def test_a_file_may_be_content_with_images_that_were_made_before(inbox: Drops) -> None:
    inbox.drop("inbox/card.toml", f"{CARD}cache = true\ncount = 2\n")
    inbox.drop("inbox/card.json", json.dumps({"prompt": "a card"}))

    assert [(job.request.cache, job.copy) for job in inbox.jobs()] == [(True, 1), (True, 2), (False, None)]


def test_what_lies_on_the_web_cannot_have_been_made_before(inbox: Drops) -> None:
    source = inbox.drop("inbox/card.toml", f"{CARD}cache = true\nimage_input = ['https://example.com/a.png']\n")

    assert "line 2, cache: must be left out where an input image is an address on the web" in inbox.refusal(source)


@pytest.mark.parametrize("name", ["spring.csv", "Spring.JSONL"])
def test_a_list_is_one_batch_however_often_it_is_delivered(
    inbox: Drops, name: str, batches_started: list[str]
) -> None:
    source = inbox.drop(f"inbox/team/{name}", "prompt\na card\n")
    inbox.deliver(source)

    (batch_id,) = set(batches_started)
    batch = batch_records().get(batch_id)
    assert (batch.caller, batch.door, batch.name, batch.source) == ("inbox/team", "upload", source.key, source)
    assert batch.reference == f"{source.key}?versionId={source.version}"
    assert batch.stem == name.partition(".")[0]
    assert (inbox.status(source), inbox.started.task_ids) == ("accepted", [])


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"state": "running"}, "accepted"),
        ({"state": "done", "rows": 2, "counts": {"success": 2}}, "success"),
        ({"state": "done", "rows": 2, "counts": {"success": 2, "fail": 0}}, "success"),
        ({"state": "done", "rows": 2, "counts": {"success": 1}}, "fail"),
        ({"state": "done", "rows": 2, "counts": {"success": 1, "fail": 1}}, "fail"),
        ({"state": "done", "rows": 1, "counts": {"success": 1}, "bad": 1}, "fail"),
        ({"state": "waiting"}, "accepted"),
        ({"state": "expired"}, "fail"),
    ],
)
def test_a_batch_that_went_on_before_its_file_was_tagged_is_told_as_it_is(
    inbox: Drops, changes: dict[str, Any], status: str, batches_started: list[str]
) -> None:
    source = inbox.drop("inbox/spring.csv", "prompt\na card\n")
    batch_records().change(batches_started[0], changes, only_from=("checking",))
    inbox.deliver(source)

    assert inbox.status(source) == status


def test_a_trial_is_planned_with_its_price_and_starts_nothing(inbox: Drops) -> None:
    inbox.put("inbox/team/photo.png", picture())
    source = inbox.drop(
        "inbox/card.toml",
        'preset = "recolor"\nvariables.palette = "teal"\nresolution = "4K"\ncount = 3\ndry_run = true\n'
        'image_input = ["inbox/team/photo.png"]\n',
    )

    assert inbox.started.task_ids == []
    assert inbox.status(source) == "success"
    assert inbox.texts() == {}
    ((key, text),) = inbox.texts("plans").items()
    assert key == f"plans/card__{report_id_of(source)}.txt"
    for told in ("preset: recolor, version ", "resolution: 4K", "works from: inbox/team/photo.png", "how many: 3"):
        assert f"- {told}" in text
    assert "72 credits, which is 0.36 USD (3 times 24 credits)" in text
    assert "The colours: teal." in text
    assert "versionId" not in text


def test_the_request_that_teams_are_shown_can_be_dropped_as_it_is(inbox: Drops) -> None:
    (request,) = blocks(section("content-teams", "What to put where"), "toml")
    inbox.put("inbox/_photos/beach.jpg", picture("JPEG"))
    source = inbox.drop("inbox/leaf.toml", request)

    assert (inbox.status(source), inbox.texts()) == ("success", {})
    assert "Less, but better" in str(inbox.texts("plans"))


# ---- what nobody means as a wish


@pytest.mark.parametrize(
    "name",
    [
        *("", "team/", ".DS_Store", "team/._photo.png", "Thumbs.db", "desktop.ini", "~$card.txt", ".hidden/a.txt"),
        *(
            "__MACOSX/a.png",
            "_material/a.png",
            "recolor/_x/a.png",
            "a.txt.part",
            "a.filepart",
            "a.tmp",
            "card.txt~",
        ),
    ],
)
def test_what_systems_leave_behind_is_left_in_peace(inbox: Drops, name: str) -> None:
    source = inbox.drop(f"inbox/{name}")

    assert (inbox.started.task_ids, inbox.texts(), inbox.status(source)) == ([], {}, None)


@pytest.mark.parametrize("name", ["a.txt", "recolor/a.png", "a.docx", "list.csv"])
def test_an_empty_object_is_left_in_peace(inbox: Drops, name: str) -> None:
    source = inbox.drop(f"inbox/{name}", b"")

    assert (inbox.started.task_ids, inbox.texts(), inbox.status(source)) == ([], {}, None)
