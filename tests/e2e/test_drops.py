"""The drop folder, used as people use it: real puts, real events, and what is found in the images bucket."""

import json
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from plantain.job import Source
from plantain.reports.telling import report_id_of
from tests.e2e.conftest import Cloud
from tests.e2e.dropping import Person, dead_letters, eventually, unique, without_permissions
from tests.e2e.test_uploads import png
from tests.pages import blocks, section

SMALL = 'resolution = "1K"\n'


@pytest.fixture
def person(cloud: Cloud) -> Person:
    return Person(cloud)


def asked(cloud: Cloud, word: str) -> dict[str, Any]:
    """What Kie.ai was asked, once, with this word in the prompt."""
    (task,) = [task for task in cloud.twin.get("/_twin/ledger").json()["tasks"] if word in task["prompt"]]
    wish: dict[str, Any] = task["input"]
    return wish


# ---- the table


def test_a_photo_is_transformed_with_the_preset_its_folder_names(cloud: Cloud, person: Person) -> None:
    preset, stem = unique("house"), unique("photo")
    person.drops(f"presets/{preset}.toml", f'prompt = "In the style of {preset}."\nresolution = "1K"\n')
    source = person.drops(f"inbox/{preset}/{stem}.png", png(), Tagging="team=social")

    person.made(source)

    (picture,) = person.pictures(stem)
    wish = asked(cloud, preset)
    assert len(wish["image_input"]) == 1
    assert picture.startswith("images/20")
    head = person.s3.head_object(Bucket=person.images, Key=picture)
    manifest = person.s3.get_object(Bucket=person.images, Key=picture.replace(".png", ".json"))
    task_id = picture.rpartition("__")[2].removesuffix(".png")
    assert head["Metadata"] == manifest["Metadata"] == {"plantain": task_id}
    described = json.loads(manifest["Body"].read())
    assert (described["door"], described["caller"]) == ("upload", f"inbox/{preset}")
    tags = person.s3.get_object_tagging(Bucket=person.inbox, Key=source.key)["TagSet"]
    assert {"Key": "team", "Value": "social"} in tags


def test_a_text_is_the_prompt(cloud: Cloud, person: Person) -> None:
    stem = unique()
    source = person.drops(f"inbox/team/{stem}.txt", f"a plantain called {stem}")

    person.made(source)

    assert len(person.pictures(stem)) == 1
    wish = asked(cloud, stem)
    assert (wish["prompt"], wish["aspect_ratio"], wish["resolution"]) == (
        f"a plantain called {stem}",
        "16:9",
        "2K",
    )


def test_a_toml_file_is_a_full_request_and_may_work_from_the_inbox(cloud: Cloud, person: Person) -> None:
    stem = unique()
    person.drops(f"inbox/_material/{stem}/x.docx.png", png())
    source = person.drops(
        f"inbox/{stem}.toml",
        f'prompt = "called {stem}"\naspect_ratio = "1:1"\noutput_format = "jpg"\n{SMALL}'
        f'image_input = ["inbox/_material/{stem}/x.docx.png"]\n',
    )

    person.made(source)

    (picture,) = person.pictures(stem)
    wish = asked(cloud, stem)
    assert picture.endswith(".jpg")
    assert (wish["aspect_ratio"], wish["output_format"], len(wish["image_input"])) == ("1:1", "jpg", 1)


def test_a_json_file_is_a_full_request(person: Person) -> None:
    stem = unique()
    wish = {"preset": "infographic", "variables": {"topic": stem}, "resolution": "1K"}

    person.made(person.drops(f"inbox/{stem}.json", json.dumps(wish)))

    assert len(person.pictures(stem)) == 1


@pytest.mark.parametrize(
    ("ending", "content"),
    [
        ("csv", "prompt,resolution\n{0} one,1K\n{0} two,1K\n"),
        ("jsonl", '{{"prompt": "{0}", "resolution": "1K"}}\n'),
    ],
)
def test_a_list_is_a_picture_for_each_row(person: Person, ending: str, content: str) -> None:
    stem = unique()
    text = content.format(stem)

    person.made(person.drops(f"inbox/{stem}.{ending}", text))

    assert person.paid(stem) == text.count(stem)


def test_several_are_made_and_the_file_is_a_success_once_all_are(person: Person) -> None:
    stem = unique()
    source = person.drops(f"inbox/{stem}.toml", f'prompt = "{stem}"\ncount = 3\n{SMALL}')

    person.made(source)

    assert len(person.pictures(stem)) == person.paid(stem) == 3


def test_one_failure_among_several_is_told_and_the_others_are_made(cloud: Cloud, person: Person) -> None:
    stem = unique()
    cloud.twin.post("/_twin/next", json={"script": "fail-policy", "times": 1}).raise_for_status()
    source = person.drops(f"inbox/{stem}.toml", f'prompt = "{stem}"\ncount = 3\n{SMALL}')

    assert person.ended(source) == "fail"

    assert len(person.pictures(stem)) == 2
    (text,) = [key for key in person.keys("failed/") if f"/{stem}__" in key]
    assert "against its content policy" in person.text(text)


def test_a_trial_is_planned_and_spends_nothing(person: Person) -> None:
    stem = unique()
    source = person.drops(f"inbox/{stem}.toml", f'prompt = "{stem}"\ncount = 2\ndry_run = true\n{SMALL}')

    person.made(source)

    (plan,) = person.texts(source, "plans")
    assert "36 credits, which is 0.18 USD" in plan
    assert plan.rstrip().endswith(stem)
    assert (person.paid(stem), person.pictures(stem)) == (0, [])


def test_a_failure_is_told_in_words_beside_the_pictures(person: Person) -> None:
    stem = unique()
    source = person.drops(f"inbox/{stem}.toml", f'prompt = "{stem} [twin:fail-policy]"\n{SMALL}')

    assert person.ended(source) == "fail"

    (key,) = [key for key in person.keys("failed/") if f"/{stem}__" in key]
    text = person.text(key)
    assert source.key in text
    assert "Nothing was charged." in text
    assert person.s3.head_object(Bucket=person.images, Key=key)["Metadata"]["plantain"] in key


def test_the_pages_policy_lets_a_team_drop_and_look_and_nothing_else(cloud: Cloud, person: Person) -> None:
    (policy,) = blocks(section("operations", "Give a team access"), "json")
    policy = policy.replace("INBOX", person.inbox).replace("IMAGES", person.images)
    iam, name, stem = cloud.client("iam"), unique("team"), unique()
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="plantain", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    member = Person(cloud, access_key=key["AccessKeyId"], secret=key["SecretAccessKey"])

    source = member.drops(f"inbox/{stem}.toml", f'prompt = "{stem}"\n{SMALL}')
    person.made(source)

    (picture,) = member.pictures(stem)
    assert member.s3.get_object(Bucket=member.images, Key=picture)["ContentLength"] > 0
    assert member.s3.get_object_tagging(Bucket=member.inbox, Key=source.key)["TagSet"]
    for bucket, forbidden in ((member.images, "images/x.png"), (member.inbox, "presets/x.toml")):
        with pytest.raises(ClientError, match="AccessDenied"):
            member.s3.put_object(Bucket=bucket, Key=forbidden, Body=b"x")


# ---- keys


@pytest.mark.parametrize(
    "name",
    ["two  words", "1+1=2", "100%", "a%20b%2Bc", "Grüße aus Köln", "Gru\u0308ße", "🍌🍌", "а&б=в;г", "x" * 900],
)
def test_any_name_is_taken_as_it_is(person: Person, name: str) -> None:
    """EventBridge tells keys as they are; an S3 notification would encode them."""
    word = unique()
    source = person.drops(f"inbox/{word} +%/{name}.toml", f'prompt = "{word}"\n{SMALL}')

    person.made(source)

    assert person.paid(word) == 1


def test_every_way_into_the_bucket_is_a_drop(person: Person) -> None:
    stem = unique()
    content = f'prompt = "{stem}"\n{SMALL}'.encode()
    keys = [f"inbox/{stem}-{way}.toml" for way in ("multipart", "copy", "post")]
    s3, bucket = person.s3, person.inbox

    upload = s3.create_multipart_upload(Bucket=bucket, Key=keys[0])["UploadId"]
    place = {"Bucket": bucket, "Key": keys[0], "UploadId": upload}
    etag = s3.upload_part(**place, PartNumber=1, Body=content)["ETag"]
    parts = {"Parts": [{"PartNumber": 1, "ETag": etag}]}
    versions = [s3.complete_multipart_upload(**place, MultipartUpload=parts)["VersionId"]]

    s3.put_object(Bucket=bucket, Key=f"elsewhere/{stem}", Body=content)
    versions.append(
        s3.copy_object(Bucket=bucket, Key=keys[1], CopySource=f"{bucket}/elsewhere/{stem}")["VersionId"]
    )

    form = s3.generate_presigned_post(bucket, keys[2])
    answer = httpx.post(form["url"], data=form["fields"], files={"file": content}, trust_env=False)
    assert answer.is_success
    versions.append(s3.head_object(Bucket=bucket, Key=keys[2])["VersionId"])

    for key, version in zip(keys, versions, strict=True):
        person.made(Source(key, version))
    assert person.paid(stem) == 3


@pytest.mark.parametrize("name", ["", ".DS_Store", "._photo.png", "Thumbs.db", "~$letter.docx", "a.txt.part"])
def test_what_nobody_has_dropped_is_left_in_peace(person: Person, name: str) -> None:
    source = person.drops(f"inbox/{unique()}/{name}", b"x")

    assert person.looked_at(source) == "ignored"
    assert (person.status(source), person.texts(source)) == (None, [])


def test_an_empty_object_is_left_in_peace(person: Person) -> None:
    source = person.drops(f"inbox/{unique()}.txt", b"")

    assert person.looked_at(source) == "ignored"
    assert person.status(source) is None


# ---- identity


def event_of(person: Person, source: Source) -> dict[str, Any]:
    return {
        "source": "aws.s3",
        "detail-type": "Object Created",
        "detail": {
            "bucket": {"name": person.inbox},
            "object": {"key": source.key, "version-id": source.version},
        },
    }


def test_an_event_delivered_again_and_again_is_one_job_and_one_payment(cloud: Cloud, person: Person) -> None:
    stem = unique()
    source = person.drops(f"inbox/{stem}.toml", f'prompt = "{stem}"\ncount = 2\n{SMALL}')
    message = json.dumps(event_of(person, source))
    function = cloud.resources["OnUploadFunction"]
    for _ in range(4):
        cloud.client("lambda").invoke(FunctionName=function, InvocationType="Event", Payload=message)
    person.made(source)

    late = cloud.client("lambda").invoke(FunctionName=function, Payload=message)

    assert "FunctionError" not in late
    assert person.status(source) == "success"
    assert len(person.pictures(stem)) == person.paid(stem) == 2


def test_overwriting_is_a_new_wish_and_each_is_made_from_its_own_words(person: Person) -> None:
    stem, first, second = unique(), unique("first"), unique("second")
    sources = [person.drops(f"inbox/{stem}.toml", f'prompt = "{word}"\n{SMALL}') for word in (first, second)]

    for source in sources:
        person.made(source)

    assert (person.paid(first), person.paid(second), len(person.pictures(stem))) == (1, 1, 2)


def test_deleting_the_files_while_the_job_runs_changes_nothing(cloud: Cloud, person: Person) -> None:
    preset, stem = unique("house"), unique("photo")
    person.drops(f"presets/{preset}.toml", f'prompt = "{preset} [twin:waiting 3s]"\nresolution = "1K"\n')
    photo = person.drops(f"inbox/{preset}/{stem}.png", png())
    person.s3.delete_object(Bucket=person.inbox, Key=photo.key)
    text = person.drops(f"inbox/{stem}-text.toml", f'prompt = "{stem} [twin:waiting 3s]"\n{SMALL}')
    eventually(lambda: person.status(text) == "accepted")
    person.s3.delete_object(Bucket=person.inbox, Key=text.key, VersionId=text.version)

    eventually(lambda: person.pictures(stem) and person.pictures(f"{stem}-text"))

    assert (len(person.pictures(stem)), len(person.pictures(f"{stem}-text"))) == (1, 1)
    assert not dead_letters(cloud, report_id_of(text), text.key, stem)


# ---- what is refused


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("report.docx", b"x", "a file that ends in .docx"),
        ("photo.jpg", png(), "recolor"),
        ("recolour/photo.jpg", png(), "the folder recolour, which is no preset"),
        ("a.txt", b"x" * 40_001, "40,001 bytes"),
        ("recolor/a.png", bytes(30_000_001), "30,000,001 bytes"),
        (
            "a.toml",
            b"\xef\xbb\xbfprompt = 'a'\r\nresolution = 2K\r\n",
            "In line 2: the file cannot be read: words",
        ),
        ("a.toml", b"prompt = '" + b"x" * 10_001 + b"'", "line 1, prompt: must be at most 10000 characters"),
        ("a.json", b'{"prompt": "a",\n "size": 3}', "line 2, size: is not a known field"),
        ("a.json", b'{"prompt": "a\xff"}', "not UTF-8"),
    ],
)
def test_what_cannot_be_used_is_told_in_words_and_costs_nothing(
    cloud: Cloud, person: Person, name: str, content: bytes, told: str
) -> None:
    accepted = cloud.accepted()
    folder, _, file = name.rpartition("/")
    source = person.drops(f"inbox/{folder}{'/' if folder else ''}{unique()}-{file}", content)

    assert told in person.refusal(source)
    assert cloud.accepted() == accepted


def test_a_result_copied_back_into_the_inbox_is_refused(person: Person) -> None:
    stem = unique()
    person.made(person.drops(f"inbox/{stem}.toml", f'prompt = "{stem}"\n{SMALL}'))
    (picture,) = person.pictures(stem)
    for key in (picture, picture.replace(".png", ".json")):
        copied = f"inbox/recolor/{key.rpartition('/')[2]}"
        origin = {"Bucket": person.images, "Key": key}
        version = person.s3.copy_object(Bucket=person.inbox, Key=copied, CopySource=origin)["VersionId"]

        assert "Plantain has made this file itself" in person.refusal(Source(copied, version))


def test_one_bad_file_does_not_touch_the_others(person: Person) -> None:
    stem = unique()
    bad = person.drops(f"inbox/{stem}/a.toml", "prompt = ")
    good = person.drops(f"inbox/{stem}/b.toml", f'prompt = "{stem}"\n{SMALL}')

    assert person.ended(bad) == "fail"
    person.made(good)


# ---- what cannot be processed at all


def test_what_cannot_be_processed_at_all_ends_with_the_dead_letters(cloud: Cloud, person: Person) -> None:
    with without_permissions(cloud, "OnUploadFunction"):
        source = person.drops(f"inbox/{unique('poison')}.txt", "a card")

        (letter,) = eventually(lambda: dead_letters(cloud, source.version))

    assert letter["requestContext"]["condition"] == "RetriesExhausted"
    assert letter["requestPayload"]["detail"]["object"]["key"] == source.key
    assert letter["responsePayload"]["errorType"] == "ClientError"
