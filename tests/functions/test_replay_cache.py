"""The replay cache: of the same wishes one is drawn and paid, whatever becomes of it; the others get its image."""

import hashlib
import io
import json
import random
from types import ModuleType
from typing import Any, cast

import pytest
from PIL import Image

from functions.create_task import app as create_task
from functions.store_image import app as store_image
from plantain.aws import client
from plantain.errors import EarlierFailed, EarlierImageGone, InputGone
from plantain.images.bucket import Images, image_key, images
from plantain.images.manifests import manifest_key
from plantain.images.writer import ImageWriter
from plantain.inbox.keys import pinned
from plantain.job import Failure, Job, PresetRef, StoredImage
from plantain.jobs.claims import Claims
from plantain.jobs.members import members
from plantain.jobs.reservations import reservations
from plantain.jobs.table import jobs
from plantain.jobs.view import job_view
from plantain.pace.pausing import pausing
from plantain.steps.replay_cache import LONGEST_WAIT, SHORTEST_WAIT, wait_seconds
from plantain.task import Succeeded
from tests.builders import KIE_TASK_ID, a_job, a_request, created, kie_says
from tests.conftest import Cloud
from tests.functions.conftest import LambdaContext
from tests.s3_transport import S3Transport


def picture(colour: str = "seagreen") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (32, 32), colour).save(out, "PNG")
    return out.getvalue()


def run(step: ModuleType, job: Job) -> dict[str, Any]:
    answer: dict[str, Any] = step.handler({"taskId": job.task_id}, cast(Any, LambdaContext()))
    return answer


class Kie:
    """Counts what would have been paid."""

    def __init__(self) -> None:
        self.kie, self._sent = kie_says(created())

    @property
    def accepted(self) -> int:
        return len(self._sent)


@pytest.fixture
def kie(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Kie:
    kie = Kie()
    monkeypatch.setattr(create_task, "kie", lambda: kie.kie)
    monkeypatch.setenv("CREATES_PER_TEN_SECONDS", "0")
    writer = ImageWriter(Images("images", client("s3")), S3Transport(cloud.s3))
    monkeypatch.setattr(store_image, "image_writer", lambda: writer)
    return kie


def wished(prompt: str = "a leaf", *, cache: bool = True, **changes: Any) -> Job:
    """A reserved job, to be served from the cache if it can be."""
    fields = {name: changes.pop(name) for name in ("image_input", "resolution") if name in changes}
    return reservations().reserve(a_job(request=a_request(prompt=prompt, cache=cache, **fields), **changes)).job


def drawn(job: Job, *pictures: bytes) -> Job:
    """Kie.ai has drawn it, and it is in the bucket."""
    assert run(create_task, job)["status"] == "CREATED"
    jobs().note_result(job, Succeeded(("https://files.test/1",), 12_000, 18.0))
    stored = []
    for number, content in enumerate(pictures or (picture(),), start=1):
        key = image_key(job, number, "png")
        client("s3").put_object(Bucket="images", Key=key, Body=content)
        digest = hashlib.sha256(content).hexdigest()
        stored.append(StoredImage(key, "image/png", len(content), digest, 32, 32))
    jobs().succeed(job, stored)
    return jobs().get(job.task_id)


def served(job: Job) -> Job:
    """It is given an image that was made before."""
    assert run(create_task, job) == {"taskId": job.task_id, "status": "CACHED", "rings": False}
    run(store_image, job)
    return jobs().get(job.task_id)


def is_drawn(job: Job) -> bool:
    return str(run(create_task, job)["status"]) == "CREATED"


def waits(job: Job) -> bool:
    answer = run(create_task, job)
    assert answer["status"] != "WAITING" or answer["waitSeconds"] == SHORTEST_WAIT
    return str(answer["status"]) == "WAITING"


def failed(job: Job, code: str = "content-policy", charged: Any = "no") -> None:
    jobs().fail(job.task_id, Failure(code, "Kie's own words", charged))


def test_the_same_wish_gets_a_copy_of_its_own_and_costs_nothing(kie: Kie) -> None:
    first = drawn(wished(), picture("red"), picture("blue"))

    second = served(wished(stem="leaf", folder="batches/x"))

    assert kie.accepted == 1
    assert (second.state, second.charged, second.cached_from) == ("success", "no", first.task_id)
    assert [image.key for image in second.images] == [
        f"batches/x/leaf__{second.task_id}.png",
        f"batches/x/leaf__{second.task_id}-2.png",
    ]
    for image, content in zip(second.images, (picture("red"), picture("blue")), strict=True):
        found = client("s3").get_object(Bucket="images", Key=image.key)
        assert (found["Body"].read(), found["Metadata"]) == (content, {"plantain": second.task_id})
        assert image.sha256 == hashlib.sha256(content).hexdigest()


def test_what_is_told_of_it_says_that_it_was_there_before(kie: Kie) -> None:
    first = drawn(wished(group="batch#1", member="00001"))
    second = served(wished(group="batch#1", member="00002"))

    view = job_view(second, images())
    shown = (view["state"], view["charged"], view["cost"], view["cached"], view["costTime"])
    assert shown == ("success", "no", {"credits": 0, "usd": 0}, True, None)
    assert job_view(first, images())["cached"] is False
    manifest = json.loads(client("s3").get_object(Bucket="images", Key=manifest_key(second))["Body"].read())
    assert (manifest["charged"], manifest["cachedFrom"], manifest["leftOut"]) == ("no", first.task_id, 0)
    assert [(found.state, found.charged) for found in members().jobs_of("batch#1")] == [
        ("success", "yes"),
        ("success", "no"),
    ]


def test_who_does_not_ask_for_it_is_drawn_and_given_to_nobody(kie: Kie) -> None:
    drawn(wished(cache=False))

    assert drawn(wished()).charged == "yes"
    assert is_drawn(wished(cache=False))
    assert kie.accepted == 3


@pytest.mark.parametrize(
    "other",
    [
        {"prompt": "a leaf."},
        {"resolution": "1K"},
        {"caller": "bob"},
        {"copy": 2},
        {"preset": PresetRef("card", "0" * 12)},
    ],
)
def test_another_wish_or_somebody_elses_is_drawn(kie: Kie, other: dict[str, Any]) -> None:
    drawn(wished())

    assert is_drawn(wished(**other))


def put(cloud: Cloud, key: str, content: bytes) -> str:
    return pinned(key, cloud.s3.put_object(Bucket="inbox", Key=key, Body=content)["VersionId"])


def test_inputs_are_the_same_by_their_bytes_whatever_they_are_called(cloud: Cloud, kie: Kie) -> None:
    red, again = put(cloud, "inbox/_photos/red.png", picture("red")), put(cloud, "inbox/_x/y.png", picture("red"))
    replaced = put(cloud, "inbox/_photos/red.png", picture("blue"))
    drawn(wished(image_input=(red,)))

    assert served(wished(image_input=(again,))).charged == "no"
    assert is_drawn(wished(image_input=(replaced,)))
    assert is_drawn(wished(image_input=(red, red)))


def test_an_input_that_is_gone_ends_the_job_at_no_cost(cloud: Cloud, kie: Kie) -> None:
    job = wished(image_input=("inbox/_photos/none.png?versionId=x",))

    with pytest.raises(InputGone):
        run(create_task, job)

    ended = jobs().get(job.task_id)
    assert (ended.failure and ended.failure.code, ended.charged) == ("input-image-gone", "no")


def test_while_one_is_made_the_others_wait_and_then_get_it(kie: Kie) -> None:
    first, second, third = wished(), wished(), wished()
    assert is_drawn(first)

    assert waits(second)
    assert waits(third)
    assert waits(second)
    waiting = jobs().get(second.task_id)
    assert (waiting.state, waiting.charged) == ("pending", "no")
    drawn(first)

    assert served(second).cached_from == served(third).cached_from == first.task_id
    assert kie.accepted == 1


def test_who_is_to_draw_stays_so_however_often_its_step_runs(kie: Kie, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = wished(), wished()
    pausing().pause("operator", "")
    assert run(create_task, first)["status"] == "WAITING"
    assert waits(second)
    paused = pausing().now()
    assert paused
    pausing().resume(paused)

    assert is_drawn(first)
    assert waits(second)


def test_what_is_there_already_is_given_while_nothing_may_be_sent(kie: Kie) -> None:
    drawn(wished())
    pausing().pause("operator", "")

    assert served(wished()).state == "success"


def test_a_wish_that_failed_uncharged_is_drawn_when_it_is_asked_for_again(kie: Kie) -> None:
    first = wished()
    assert is_drawn(first)
    failed(first)

    assert is_drawn(wished())
    assert kie.accepted == 2


def test_who_waited_for_one_that_failed_fails_as_it_did_and_sends_nothing(kie: Kie) -> None:
    first, second = wished(), wished()
    assert is_drawn(first)
    assert waits(second)
    failed(first)

    with pytest.raises(EarlierFailed):
        run(create_task, second)

    ended = jobs().get(second.task_id)
    assert ended.failure == Failure("content-policy", "Kie's own words", "no")
    assert kie.accepted == 1


def test_who_waited_for_one_that_failed_gets_the_image_of_the_next(kie: Kie) -> None:
    first, second, third = wished(), wished(), wished()
    assert is_drawn(first)
    assert waits(second)
    failed(first)
    drawn(third)

    assert served(second).cached_from == third.task_id


@pytest.mark.parametrize(("code", "charged"), [("outcome-unknown", "unknown"), ("result-gone", "yes")])
@pytest.mark.parametrize("waited", [True, False])
def test_what_may_have_been_paid_is_not_paid_again(kie: Kie, code: str, charged: str, waited: bool) -> None:
    first, second = wished(), wished()
    assert is_drawn(first)
    assert not waited or waits(second)
    failed(first, code, charged)

    with pytest.raises(EarlierFailed):
        run(create_task, second)

    ended = jobs().get(second.task_id)
    assert ended.failure is not None
    assert (ended.failure.code, ended.charged) == ("earlier-unsettled", "no")
    assert first.task_id in ended.failure.message
    assert is_drawn(wished(cache=False))


def test_an_operator_who_has_it_sent_again_settles_it_for_all(kie: Kie) -> None:
    first = wished()
    assert is_drawn(first)
    failed(first, "outcome-unknown", "unknown")
    jobs().reopen(jobs().get(first.task_id), {"state": "pending"}, forget=["createStartedAt", "kieTaskId"])

    assert waits(wished())
    drawn(first)
    assert served(wished()).cached_from == first.task_id


def test_an_image_that_was_deleted_is_drawn_anew_once(kie: Kie) -> None:
    first = drawn(wished())
    client("s3").delete_object(Bucket="images", Key=first.images[0].key)
    second, third = wished(), wished()
    assert run(create_task, second)["status"] == run(create_task, third)["status"] == "CACHED"

    for job in (second, third):
        with pytest.raises(EarlierImageGone):
            run(store_image, job)

    redrawn = drawn(second)
    assert (redrawn.charged, redrawn.is_cached) == ("yes", False)
    assert served(third).cached_from == second.task_id
    assert kie.accepted == 2


def noise() -> bytes:
    """A picture of several pieces."""
    out = io.BytesIO()
    Image.frombytes("RGB", (600, 600), random.Random(1).randbytes(600 * 600 * 3)).save(out, "PNG")
    return out.getvalue()


def altered(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


@pytest.mark.parametrize(
    ("stored", "replaced"),
    [
        (picture(), picture("blue") + b"more"),
        (picture(), b"x" * len(picture())),
        (picture(), altered(picture(), len(picture()) // 2)),
        (picture(), picture()[:-12] + bytes(12)),
        (noise(), altered(noise(), 1000)),
        (noise(), altered(noise(), len(noise()) - 20)),
    ],
    ids=["longer", "no image", "a bit of it", "cut", "a bit of its first piece", "a bit of its last piece"],
)
def test_an_image_that_is_not_the_one_that_was_stored_is_drawn_anew(
    kie: Kie, stored: bytes, replaced: bytes
) -> None:
    first = drawn(wished(), stored)
    client("s3").put_object(Bucket="images", Key=first.images[0].key, Body=replaced)
    second = wished()
    run(create_task, second)

    with pytest.raises(EarlierImageGone):
        run(store_image, second)
    assert images().keys_of(second) == frozenset()
    assert is_drawn(second)


def test_where_one_of_several_images_is_another_none_is_copied(kie: Kie) -> None:
    first = drawn(wished(), picture("red"), picture())
    client("s3").put_object(Bucket="images", Key=first.images[1].key, Body=altered(picture(), len(picture()) // 2))
    second = wished()
    run(create_task, second)

    with pytest.raises(EarlierImageGone):
        run(store_image, second)
    assert images().keys_of(second) == frozenset()


def test_an_image_of_several_pieces_is_copied_whole(kie: Kie) -> None:
    first = drawn(wished(), noise())

    second = served(wished())

    assert second.images[0].sha256 == first.images[0].sha256 == hashlib.sha256(noise()).hexdigest()


def test_a_job_that_is_no_longer_in_the_table_stands_for_nothing(cloud: Cloud, kie: Kie) -> None:
    first = drawn(wished())
    cloud.dynamodb.delete_item(TableName="jobs", Key={"id": {"S": f"job#{first.task_id}"}})

    assert is_drawn(wished())


def test_copying_twice_is_copying_once(kie: Kie, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first run ended between the copy and the record."""
    drawn(wished())
    second = wished()
    run(create_task, second)
    with monkeypatch.context() as patched:
        patched.setattr(type(jobs()), "succeed", lambda *_: (_ for _ in ()).throw(RuntimeError()))
        with pytest.raises(RuntimeError):
            run(store_image, second)

    run(store_image, second)

    ended = jobs().get(second.task_id)
    versions = client("s3").list_object_versions(Bucket="images", Prefix=ended.images[0].key)["Versions"]
    assert (ended.state, len(versions)) == ("success", 1)


def test_of_many_at_once_one_is_drawn(kie: Kie, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each in the moment between another's look for the claim and its taking of it."""
    waiting = [wished() for _ in range(5)]
    statuses: list[str] = []
    real = Claims.take

    def overtaken(self: Claims, claim: Any, *, instead_of: str | None = None) -> bool:
        if waiting:
            statuses.append(run(create_task, waiting.pop())["status"])
        return real(self, claim, instead_of=instead_of)

    monkeypatch.setattr(Claims, "take", overtaken)
    statuses.append(run(create_task, wished())["status"])

    assert sorted(statuses) == ["CREATED", *["WAITING"] * 5]
    assert kie.accepted == 1


def test_the_longer_it_has_waited_the_rarer_it_looks() -> None:
    job = a_job(created_at=0)
    age, looks = 0, 0
    while age < 7 * 86_400:
        age, looks = age + wait_seconds(job, age * 1000), looks + 1

    assert wait_seconds(job, 0) == SHORTEST_WAIT
    assert wait_seconds(job, age * 1000) == LONGEST_WAIT
    # Step Functions ends an execution at 25,000 events; a look has 9.
    assert looks * 9 < 25_000 / 2


def test_the_id_at_kie_is_the_drawn_ones_alone(kie: Kie) -> None:
    first = drawn(wished())
    second = served(wished())

    assert (first.kie_task_id, second.kie_task_id) == (KIE_TASK_ID, None)
    assert second.create_started_at is None
