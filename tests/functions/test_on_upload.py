"""What is dropped into the inbox: started once, tried out, refused in plain words, or left in peace."""

import io
import json
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from functions.on_upload import app as on_upload
from functions.record_end import app as record_end
from plantain import claims, drop_reports, drops
from plantain.batch_executions import BatchExecutions
from plantain.batch_records import batch_records
from plantain.dropped import caller_of, folder_of, is_ignored, kind_of
from plantain.drops import OneBucketOnly
from plantain.inbox_reports import report_id_of
from plantain.job import Failure, Job, Source, now_ms
from plantain.jobs import jobs
from tests.conftest import ROOT, Cloud
from tests.functions.conftest import LambdaContext, Started, event

CARD = "prompt = 'a card'\n"


def picture(kind: str = "PNG") -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (64, 64), "seagreen").save(content, kind)
    return content.getvalue()


def run(function: ModuleType, message: dict[str, Any]) -> None:
    function.handler(message, LambdaContext())


@dataclass
class Drops:
    """The inbox as people use it, and what they find afterwards."""

    cloud: Cloud
    started: Started

    def put(self, key: str, content: bytes | str = b"x", **options: Any) -> Source:
        content = content.encode() if isinstance(content, str) else content
        answer = self.cloud.s3.put_object(Bucket="inbox", Key=key, Body=content, **options)
        return Source(key, answer["VersionId"])

    def deliver(self, source: Source) -> None:
        message = event("object_created")
        message["detail"]["object"] |= {"key": source.key, "version-id": source.version}
        run(on_upload, message)

    def drop(self, key: str, content: bytes | str = b"x", **options: Any) -> Source:
        source = self.put(key, content, **options)
        self.deliver(source)
        return source

    def end(self, job: Job, failure: Failure | None = None) -> None:
        """The job's end, and the event about it."""
        if failure:
            jobs().fail(job.task_id, failure)
        elif not jobs().get(job.task_id).is_final:
            jobs().succeed(job, ())
        ended = event("execution_aborted")
        ended["detail"] |= {"name": job.task_id, "status": "FAILED" if failure else "SUCCEEDED"}
        run(record_end, ended)

    def jobs(self) -> list[Job]:
        return [jobs().get(task_id) for task_id in self.started.task_ids]

    def job(self) -> Job:
        (job,) = self.jobs()
        return job

    def status(self, source: Source) -> str | None:
        tags = self.cloud.s3.get_object_tagging(Bucket="inbox", Key=source.key, VersionId=source.version)["TagSet"]
        return next((tag["Value"] for tag in tags if tag["Key"] == "plantain-status"), None)

    def texts(self, folder: str = "failed") -> dict[str, str]:
        found = self.cloud.s3.list_objects_v2(Bucket="images", Prefix=f"{folder}/").get("Contents", [])
        return {entry["Key"]: self._text(entry["Key"]) for entry in found}

    def _text(self, key: str) -> str:
        text: str = self.cloud.s3.get_object(Bucket="images", Key=key)["Body"].read().decode()
        return text

    def refusal(self, source: Source) -> str:
        """The one text about a drop that was refused, its lines joined; it has started and charged nothing."""
        assert self.started.task_ids == []
        assert self.status(source) == "fail"
        (key,) = self.texts()
        assert key.endswith(f"__{report_id_of(source)}.txt")
        text = " ".join(self.texts()[key].split())
        assert source.key in self.texts()[key]
        assert "Nothing was charged." in text
        return text


@pytest.fixture
def inbox(cloud: Cloud, started: Started) -> Drops:
    return Drops(cloud, started)


@pytest.fixture
def batches_started(settings: pytest.MonkeyPatch) -> list[str]:
    started: list[str] = []
    settings.setattr(BatchExecutions, "start", lambda _, batch_id: started.append(batch_id))
    settings.setenv("BATCH_MACHINE_ARN", "arn:aws:states:eu-central-1:123456789012:stateMachine:batch")
    return started


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


def test_the_readmes_request_can_be_dropped_as_it_is(inbox: Drops) -> None:
    section = (ROOT / "README.md").read_text().partition("\n## For content teams\n")[2]
    inbox.put("inbox/_photos/beach.jpg", picture("JPEG"))
    source = inbox.drop("inbox/leaf.toml", section.partition("```toml\n")[2].partition("```")[0])

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


# ---- what is refused, in words


def test_a_picture_in_no_folder_is_told_the_presets(inbox: Drops) -> None:
    said = inbox.refusal(inbox.drop("inbox/photo.jpg", picture("JPEG")))

    assert "lies in no folder; the first folder's name below inbox/ is the preset to use" in said
    assert "These work from one picture alone: recolor." in said


def test_a_folder_that_is_no_preset_is_told_those_that_work_from_a_picture_alone(inbox: Drops) -> None:
    for name, content in {
        "house-style": "prompt = 'x'",
        "broken": "prompt = ",
        "locks": "prompt = 'x'\nlocked = ['image_input']",
        "branded": "prompt = 'x'\nbrand = true",
        "full": f"prompt = 'x'\nbrand_images = [{', '.join(f"'presets/{n}.png'" for n in range(8))}]",
    }.items():
        inbox.put(f"presets/{name}.toml", content)
    said = inbox.refusal(inbox.drop("inbox/recolour/photo.jpg", picture("JPEG")))

    assert "lies in the folder recolour, which is no preset" in said
    assert "These work from one picture alone: branded, house-style, recolor." in said


def test_where_nothing_works_from_a_picture_alone_that_is_said(inbox: Drops) -> None:
    inbox.put("presets/recolor.toml", "prompt = ")

    assert "There is no preset that works" in inbox.refusal(inbox.drop("inbox/a/photo.jpg", picture("JPEG")))


def test_a_preset_further_down_is_told_to_be_the_first_folder(inbox: Drops) -> None:
    said = inbox.refusal(inbox.drop("inbox/march/recolor/photo.jpg", picture("JPEG")))

    assert "The preset must be the first folder: inbox/recolor/march/…, not inbox/march/recolor/…" in said


def test_a_picture_for_a_preset_of_several_is_told_so(inbox: Drops) -> None:
    said = inbox.refusal(inbox.drop("inbox/merge/photo.jpg", picture("JPEG")))

    assert "The preset merge, as the folder is named, works from 2 pictures together." in said


def test_a_preset_that_is_broken_is_told_with_its_fault(inbox: Drops) -> None:
    inbox.put("presets/recolor.toml", "prompt = ")

    assert "recolor is broken: line 1" in inbox.refusal(inbox.drop("inbox/recolor/a.jpg", picture("JPEG")))


def test_a_folder_that_can_be_no_preset_is_told_so(inbox: Drops) -> None:
    said = inbox.refusal(inbox.drop("inbox/Holiday Photos!/photo.jpg", picture("JPEG")))

    assert "lies in the folder Holiday Photos!, which is no preset" in said
    assert "alone: recolor." in said


def test_a_preset_that_needs_words_besides_says_so_with_the_way(inbox: Drops) -> None:
    said = inbox.refusal(inbox.drop("inbox/quote-card/photo.png", picture()))

    assert "quote-card, as the folder is named, needs words besides the picture: quote (The words of" in said
    assert "drop a request (.toml)" in said


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.docx", b"x", "does not know what to do with a file that ends in .docx"),
        ("recolor/a.heic", b"x", "ends in .heic"),
        ("README", b"x", "whose name has no ending"),
        ("a.txt", b" \n\t ", "The file is empty"),
        ("a.txt", b"x" * 40_001, "The file has 40,001 bytes; it may have 40,000 at the most"),
        ("a.txt", b"x" * 10_001, "must be at most 10000 characters, this one has 10001"),
        ("a.txt", "größer".encode("latin-1"), "In line 1: the file is not UTF-8"),
        ("a.txt", b"a\x00b", "NUL"),
        ("recolor/a.png", b"not a picture at all", "no PNG, JPEG or WebP picture"),
        (
            "a.toml",
            b'\xef\xbb\xbfprompt = "a"\r\n\r\naspect_ratio = "7:1"\r\n',
            "line 3, aspect_ratio: must be one of",
        ),
        ("a.toml", b"prompt = 'a'\nresolution = 2K\n", "In line 2: the file cannot be read: words stand"),
        ("a.toml", b"prompt = 'a'\n\ncolour = 'red'\n", "line 3, colour: is not a known field"),
        ("a.toml", b"resolution = '2K'\n", "needs a prompt, or the name of a preset"),
        ("a.toml", b"prompt = 'a'\ncount = 11\n", "line 2, count: must be at most 10"),
        ("a.toml", b"prompt = 'a'\ndry_run = 'yes'\n", "line 2, dry_run"),
        (
            "a.toml",
            b"prompt = 'a'\nimage_input = [\n'inbox/b.png']",
            "line 2, image_input, entry 1: is not in the",
        ),
        (
            "a.toml",
            b"prompt = 'a'\nimage_input = ['http://10.0.0.1/']",
            "line 2, image_input, entry 1: must be an h",
        ),
        ("a.toml", b"prompt = '" + b"x" * 10_050 + b"'", "line 1, prompt: must be at most 10000 characters"),
        ("a.toml", b"# " + b"x" * 250_000, "it may have 250,000 at the most"),
        ("a.toml", b"prompt = 'a'\nmax_cost = 0.05", "line 2, max_cost: allows $0.05 for an image, and this"),
        (
            "a.toml",
            b"prompt = 'a'\nmax_cost = 0.2\ncount = 3",
            "max_cost: allows $0.20 for all 3 images, and they cost $0.27 ($0.09 each)",
        ),
        ("a.json", b'{"prompt": "a",\n "aspect_ratio": "7:1"}', "line 2, aspect_ratio: must be one of"),
        ("a.json", b'{"prompt": "a"\n, }', "In line 2: the file is not valid JSON"),
        ("a.json", b'["a"]', "must be a JSON object"),
        ("a.json", b'{"prompt": "' + b"[" * 10_000 + b'"', "In line 1: the file is not valid JSON"),
        (
            "a.json",
            b'{"preset": "quote-card",\n "variables": {"quote": "\\ud800"}}',
            "line 2, variables.quote: must be val",
        ),
        (
            "a.json",
            b'{"preset": "quote-card",\n "variables": {"quote1": "a"}}',
            "line 2, variables.quote1: is not a var",
        ),
        ("a.toml", b"prompt = 'a'\n" + b"a." * 100_000 + b"a = 1", "In line 2: the file has more than 1000 dots"),
        ("a.json", '{"preset": "recolour"}'.encode("utf-16"), "not UTF-8"),
    ],
)
def test_what_cannot_be_used_is_said_in_words_with_its_line(
    inbox: Drops, name: str, content: bytes, told: str
) -> None:
    said = inbox.refusal(inbox.drop(f"inbox/{name}", content))

    assert told in said
    assert "What to do" in said
    assert "Traceback" not in said


def test_a_picture_of_more_than_thirty_megabytes_is_refused_unread(inbox: Drops) -> None:
    said = inbox.refusal(inbox.drop("inbox/recolor/photo.png", bytes(30_000_001)))

    assert "The picture has 30,000,001 bytes; it may have 30,000,000 (30 MB) at the most." in said
    assert "Save the picture in a smaller size" in said


def test_what_plantain_has_made_is_not_taken_for_a_wish(inbox: Drops) -> None:
    source = inbox.drop("inbox/recolor/photo.png", picture(), Metadata={"plantain": "some-task"})

    said = inbox.refusal(source)
    assert "Plantain has made this file itself" in said
    assert "Change that" not in said


def test_what_is_no_picture_is_told_how_to_make_one(inbox: Drops) -> None:
    said = inbox.refusal(inbox.drop("inbox/recolor/photo.png", b"not a picture at all"))

    assert "save it as PNG, JPEG or WebP, and drop that" in said
    assert "Change that" not in said


def test_a_refusal_delivered_twice_is_told_once(inbox: Drops) -> None:
    source = inbox.drop("inbox/a.docx")
    inbox.deliver(source)

    assert len(inbox.texts()) == 1


def test_one_bucket_for_both_is_an_error_before_anything_is_read(
    inbox: Drops, settings: pytest.MonkeyPatch
) -> None:
    source = inbox.put("inbox/a.txt")
    settings.setenv("IMAGES_BUCKET", "inbox")

    with pytest.raises(OneBucketOnly, match="two buckets"):
        inbox.deliver(source)


# ---- identity


def test_delivered_twice_it_is_one_job(inbox: Drops) -> None:
    source = inbox.drop("inbox/card.txt", "a card")
    inbox.deliver(source)

    assert len({job.task_id for job in inbox.jobs()}) == 1


def test_delivered_again_from_the_dead_letters_it_is_still_that_job(
    inbox: Drops, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are kept for two weeks, longer than the claims of calls."""
    source = inbox.drop("inbox/card.txt", "a card")
    monkeypatch.setattr(claims, "now_ms", lambda: now_ms() + 15 * 24 * 60 * 60 * 1000)
    inbox.deliver(source)
    inbox.end(inbox.jobs()[0])

    assert len({job.task_id for job in inbox.jobs()}) == 1
    assert inbox.status(source) == "success"


def test_overwriting_is_a_new_wish_and_each_is_made_from_its_own_words_in_any_order(inbox: Drops) -> None:
    first, second = inbox.put("inbox/card.txt", "first"), inbox.put("inbox/card.txt", "second")
    for source in (second, first, second):
        inbox.deliver(source)

    assert {(job.request.prompt, job.source) for job in inbox.jobs()} == {("first", first), ("second", second)}


def test_a_file_that_was_deleted_meanwhile_is_made_all_the_same(inbox: Drops) -> None:
    source = inbox.put("inbox/card.txt", "a card")
    inbox.cloud.s3.delete_object(Bucket="inbox", Key=source.key)
    inbox.deliver(source)

    assert inbox.job().request.prompt == "a card"
    assert inbox.status(source) == "accepted"


def test_a_version_that_is_gone_for_good_is_nothing_to_do(inbox: Drops) -> None:
    source = inbox.put("inbox/card.txt", "a card")
    inbox.cloud.s3.delete_object(Bucket="inbox", Key=source.key, VersionId=source.version)
    inbox.deliver(source)

    assert (inbox.started.task_ids, inbox.texts()) == ([], {})


def test_a_repeat_goes_on_with_what_was_planned_whatever_the_preset_says_now(inbox: Drops) -> None:
    inbox.put("presets/card.toml", "prompt = 'old'")
    fate, inbox.started.fate = inbox.started.fate, _cannot_start
    source = inbox.put("inbox/a.toml", "preset = 'card'\ncount = 2\n")
    with pytest.raises(RuntimeError):
        inbox.deliver(source)
    inbox.started.fate = fate
    inbox.cloud.s3.delete_object(Bucket="inbox", Key="presets/card.toml")

    inbox.deliver(source)

    made = {job.task_id: job.request.prompt for job in inbox.jobs()}
    assert sorted(made.values()) == ["old", "old"]
    assert inbox.texts() == {}


def _cannot_start(_task_id: str) -> None:
    raise RuntimeError("Step Functions is away")


# ---- how it ended


def test_a_success_is_on_the_tag_and_nowhere_else(inbox: Drops) -> None:
    source = inbox.drop("inbox/card.txt", "a card", Tagging="team=social")
    inbox.end(inbox.job())

    assert (inbox.status(source), inbox.texts()) == ("success", {})
    tags = inbox.cloud.s3.get_object_tagging(Bucket="inbox", Key=source.key)["TagSet"]
    assert {"Key": "team", "Value": "social"} in tags


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (Failure("content-policy", "flagged", "no"), "against its content policy"),
        (Failure("kie-refused", "The image is too small", "no"), 'It said: "The image is too small"'),
        (Failure("timed-out", "…", "unknown"), "It may have been charged."),
        (Failure("not-sent", "…", "no"), "the wait took too long, before Kie.ai was asked."),
        (Failure("aborted", "…", "yes"), "what Kie.ai made was fetched. - The number of this job"),
        (Failure("image-not-stored", "…", "yes"), "It was charged."),
        (Failure("result-too-large", "…", "yes"), "could not be fetched"),
        (Failure("kie-spending-cap", "…", "no"), "spending limit"),
    ],
)
def test_a_failure_is_on_the_tag_and_told_in_words(inbox: Drops, failure: Failure, told: str) -> None:
    source = inbox.drop("inbox/team/Grüße.txt", "a card")
    job = inbox.job()
    inbox.end(job, failure)
    inbox.end(job)

    assert inbox.status(source) == "fail"
    ((key, text),) = inbox.texts().items()
    assert key == f"failed/Grüße__{job.task_id}.txt"
    assert told in " ".join(text.split())
    assert source.key in text
    assert job.task_id in text


def test_several_are_a_success_once_all_are(inbox: Drops) -> None:
    source = inbox.drop("inbox/card.toml", f"{CARD}count = 3\n")
    seen = []
    for job in inbox.jobs():
        inbox.end(job)
        seen.append(inbox.status(source))

    assert seen == ["accepted", "accepted", "success"]


def test_several_have_failed_once_all_have_ended_and_one_has_failed(inbox: Drops) -> None:
    source = inbox.drop("inbox/card.toml", f"{CARD}count = 3\n")
    first, second, third = inbox.jobs()
    seen = []
    for job, failure in ((first, None), (second, Failure("kie-busy", "…", "no")), (third, None)):
        inbox.end(job, failure)
        seen.append(inbox.status(source))

    assert seen == ["accepted", "accepted", "fail"]
    assert list(inbox.texts()) == [f"failed/card__{second.task_id}.txt"]


def test_an_end_that_comes_before_the_tag_is_not_overwritten_by_it(
    inbox: Drops, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job ends between on_upload's look at it and its writing of the tag."""
    look = drop_reports._status
    ends = [True]

    def slow(job: Job) -> Any:
        seen = look(job)
        if ends:
            ends.clear()
            inbox.end(job)
            assert inbox.status(source) == "success"
        return seen

    monkeypatch.setattr(drop_reports, "_status", slow)
    source = inbox.put("inbox/card.txt", "a card")
    inbox.deliver(source)

    assert inbox.status(source) == "success"


def test_the_reason_is_there_before_the_tag_whoever_comes_first(inbox: Drops) -> None:
    """The last event finds that another job has failed whose own event is still under way."""
    source = inbox.drop("inbox/card.toml", f"{CARD}count = 2\n")
    first, second = inbox.jobs()
    jobs().fail(first.task_id, Failure("kie-busy", "…", "no"))
    inbox.end(second)

    assert inbox.status(source) == "fail"
    assert list(inbox.texts()) == [f"failed/card__{first.task_id}.txt"]


def test_deleting_the_file_for_good_while_its_job_runs_is_no_error(inbox: Drops) -> None:
    source = inbox.drop("inbox/card.txt", "a card")
    inbox.cloud.s3.delete_object(Bucket="inbox", Key=source.key, VersionId=source.version)
    inbox.end(inbox.job(), Failure("kie-busy", "…", "no"))

    assert len(inbox.texts()) == 1


# ---- any key at all

_NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)


@given(_NAMES)
def test_whose_a_key_is_and_what_it_is_can_be_said_of_any(name: str) -> None:
    key = f"inbox/{name}"

    assert caller_of(key) == f"inbox/{folder_of(key)}"
    assert "/" not in folder_of(key)
    assert kind_of(f"{key}x.PNG") == "image"
    assert is_ignored(f"{key}/")
    assert is_ignored(f"inbox/.{name}")


@pytest.mark.parametrize(
    "name", ["a b", "a+b", "100%", "a%20b", "Grüße", "🍌🍌", "a?versionId=b", "_a", "x" * 900, "a#1", "a//b"]
)
def test_any_name_becomes_a_job_and_a_report(inbox: Drops, name: str) -> None:
    source = inbox.drop(f"inbox/{name}.txt", "a card")
    job = inbox.job()
    inbox.end(job, Failure("kie-busy", "…", "no"))

    assert job.source == source
    assert inbox.status(source) == "fail"
    ((key, text),) = inbox.texts().items()
    assert key == f"failed/{job.stem}__{job.task_id}.txt"
    assert source.key.replace(" ", "") in text.replace("\n", "").replace(" ", "")


def test_the_log_names_no_file(inbox: Drops, caplog: pytest.LogCaptureFixture) -> None:
    source = inbox.drop("inbox/secret-plans.txt", "a secret")

    (line,) = [record.__dict__ for record in caplog.records if record.getMessage() == "dropped"]
    assert (line["drop"], line["outcome"]) == (report_id_of(source), "started")
    assert line["ids"] == (inbox.job().task_id,)
    assert "secret" not in repr(line)


def test_only_this_very_version_is_read(inbox: Drops, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unpinned read would see what came later."""
    source = inbox.put("inbox/a.toml", "prompt = 'mine'")
    inbox.put("inbox/a.toml", "prompt = 'theirs'")
    monkeypatch.setattr(drops, "report", lambda _job: None)
    inbox.deliver(source)

    assert inbox.job().request.prompt == "mine"
