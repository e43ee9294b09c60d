"""Kie.ai's callbacks over the real handler: a true one rings, no other changes or learns anything."""

import base64
import hashlib
import hmac
import json
import sys
from typing import Any

import pytest

from functions.receive_callback import app as receive_callback
from plantain import job as job_module
from plantain.executions import Executions
from plantain.http.api import MAX_BODY_BYTES
from plantain.job import Failure, Job
from plantain.jobs.reservations import reservations
from plantain.jobs.table import jobs
from plantain.kie.callbacks import MAX_AGE_SECONDS, callback_url, is_callback_of, parts_of
from tests.builders import KIE_TASK_ID, RESULT_URL, a_job, success
from tests.conftest import Cloud
from tests.functions.conftest import Answer, call, http_event
from tests.virtual_time import VirtualTime

WEBHOOK_KEY = "the-webhook-key-of-kies-settings"
BODY = success(RESULT_URL)
HEARD = {"code": 200, "msg": "success"}


def signed(kie_task_id: str, stamp: object, key: str = WEBHOOK_KEY) -> dict[str, str]:
    """As Kie.ai's guide says it."""
    digest = hmac.new(key.encode(), f"{kie_task_id}.{stamp}".encode(), hashlib.sha256).digest()
    return {"x-webhook-timestamp": str(stamp), "x-webhook-signature": base64.b64encode(digest).decode()}


class Bell:
    """One job that waits for its callback, and who rings for it. `woken` are the waits that were ended."""

    def __init__(self, cloud: Cloud, time: VirtualTime) -> None:
        self.cloud, self.time = cloud, time
        self.woken: list[str] = []
        self.job = reservations().reserve(a_job()).job
        jobs().begin_create(self.job)
        jobs().accept(self.job, KIE_TASK_ID)
        cloud.dynamodb.update_item(
            TableName="jobs",
            Key={"id": {"S": f"job#{self.job.task_id}"}},
            UpdateExpression="SET waitToken = :token",
            ExpressionAttributeValues={":token": {"S": "the wait"}},
        )

    @property
    def stamp(self) -> int:
        return int(self.time.now)

    def now(self) -> Job:
        return jobs().get(self.job.task_id)

    def token(self, job: Job | None = None) -> str:
        url = callback_url("", job or self.job)
        assert url
        return url.rpartition("/")[2]

    def ring(
        self,
        body: Any = BODY,
        headers: dict[str, str] | None = None,
        *,
        token: str | None = None,
        method: str = "POST",
    ) -> Answer:
        given = {"content-type": "application/json"} | (headers or {})
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        url = f"/api/callbacks/kie/{self.token() if token is None else token}"
        return call(receive_callback, http_event(method, url, body=text, headers=given))

    def signed_ring(self, body: Any = BODY) -> Answer:
        return self.ring(body, signed(KIE_TASK_ID, self.stamp))


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> VirtualTime:
    time = VirtualTime()
    monkeypatch.setattr(job_module, "time", time)
    monkeypatch.setattr(receive_callback, "time", type("Time", (), {"time": staticmethod(lambda: time.now)}))
    return time


@pytest.fixture
def bell(cloud: Cloud, time: VirtualTime, monkeypatch: pytest.MonkeyPatch) -> Bell:
    monkeypatch.setenv("STATE_MACHINE_ARN", "arn:aws:states:eu-central-1:123456789012:stateMachine:test")
    bell = Bell(cloud, time)
    monkeypatch.setattr(Executions, "wake", lambda _, token: bell.woken.append(token))
    return bell


@pytest.fixture
def keyed(bell: Bell, monkeypatch: pytest.MonkeyPatch) -> Bell:
    """The same, where the stack knows a webhook key."""
    bell.cloud.secrets.create_secret(Name="webhook-key", SecretString=f"{WEBHOOK_KEY}\n")
    monkeypatch.setenv("KIE_WEBHOOK_SECRET_ARN", "webhook-key")
    return bell


def assert_heard(bell: Bell, answer: Answer, before: Job) -> None:
    """It rang, and nothing else was believed."""
    assert (answer.status, answer.json) == (200, HEARD)
    now = bell.now()
    assert now.rung_at == round(bell.time.now * 1000)
    changed = {name for name in Job.__dataclass_fields__ if getattr(now, name) != getattr(before, name)}
    assert changed <= {"rung_at"}


def assert_refused(bell: Bell, answer: Answer, status: int, before: Job) -> None:
    assert answer.status == status, answer.text
    assert bell.now() == before
    assert bell.woken == []


def test_a_true_one_rings_and_wakes_who_waits(keyed: Bell) -> None:
    before = keyed.now()

    assert_heard(keyed, keyed.signed_ring(), before)

    assert keyed.woken == ["the wait"]


def test_without_a_key_the_address_alone_is_the_proof(bell: Bell) -> None:
    before = bell.now()

    assert_heard(bell, bell.ring(), before)


@pytest.mark.parametrize(
    "forged",
    [
        {},
        signed(KIE_TASK_ID, 1_800_000_000, key="another key"),
        signed("0" * 32, 1_800_000_000),
        signed(KIE_TASK_ID, 1_800_000_000 - MAX_AGE_SECONDS - 1),
        signed(KIE_TASK_ID, 1_800_000_000 + MAX_AGE_SECONDS + 1),
        signed(KIE_TASK_ID, "١٨٠٠٠٠٠٠٠٠"),
        signed(KIE_TASK_ID, "1800000000.0"),
        signed(KIE_TASK_ID, ""),
        signed(KIE_TASK_ID, 1_800_000_000) | {"x-webhook-signature": "no base64 at all"},
        signed(KIE_TASK_ID, 1_800_000_000) | {"x-webhook-signature": ""},
        signed(KIE_TASK_ID, 1_800_000_000) | {"x-webhook-signature": "é"},
        signed(KIE_TASK_ID, 1_800_000_000) | {"x-webhook-timestamp": "1800000001"},
    ],
    ids=[
        "unsigned",
        "wrong key",
        "of another task",
        "too old",
        "of the future",
        "other digits",
        "a fraction",
        "no time",
        "no base64",
        "empty",
        "not ascii",
        "another time",
    ],
)
def test_one_that_is_not_signed_by_kie_just_now_changes_nothing(keyed: Bell, forged: dict[str, str]) -> None:
    before = keyed.now()

    answer = keyed.ring(BODY, forged)

    assert_refused(keyed, answer, 403, before)
    assert answer.json["code"] == "callback-refused"


def test_one_that_is_five_minutes_old_is_just_in_time(keyed: Bell) -> None:
    before, headers = keyed.now(), signed(KIE_TASK_ID, keyed.stamp)
    keyed.time.now += MAX_AGE_SECONDS

    assert_heard(keyed, keyed.ring(BODY, headers), before)


def test_a_replay_rings_again_and_after_five_minutes_no_more(keyed: Bell) -> None:
    before, headers = keyed.now(), signed(KIE_TASK_ID, keyed.stamp)
    for _ in range(3):
        assert_heard(keyed, keyed.ring(BODY, headers), before)
        jobs().hear_ring(keyed.now())
    keyed.time.now += MAX_AGE_SECONDS + 1

    assert keyed.ring(BODY, headers).status == 403
    assert keyed.now() == before


@pytest.mark.parametrize(
    "body",
    [
        {"data": {"taskId": KIE_TASK_ID}},
        {"code": 501, "data": {"taskId": KIE_TASK_ID, "state": "fail", "failMsg": "believe me"}},
        success("https://169.254.169.254/picture.png", creditsConsumed=100_000),
    ],
    ids=["nothing else", "a failure", "another picture"],
)
def test_of_a_rightly_signed_one_nothing_but_the_id_is_believed(keyed: Bell, body: dict[str, Any]) -> None:
    before = keyed.now()

    assert_heard(keyed, keyed.signed_ring(body), before)


def test_one_about_another_task_is_thanked_for_and_rings_nobody(bell: Bell) -> None:
    before = bell.now()

    answer = bell.ring({"data": {"taskId": "0" * 32}})

    assert answer.json == HEARD
    assert_refused(bell, answer, 200, before)


def test_one_for_a_job_that_has_ended_changes_nothing(bell: Bell) -> None:
    jobs().fail(bell.job.task_id, Failure("timed-out", "…", "unknown"))
    before = bell.now()

    for body in (BODY, {"data": {"taskId": "0" * 32}}):
        assert_refused(bell, bell.ring(body), 200, before)


def test_an_address_that_is_nobodys_is_told_apart_from_none(bell: Bell) -> None:
    before, other = bell.now(), reservations().reserve(a_job()).job
    task_id, _, secret = bell.token().partition(".")
    tokens = [
        *("x", ".", task_id, f"{task_id}.", f".{secret}", f"{task_id}.{secret}x", f"{task_id}.{secret[:-1]}"),
        *(f"{other.task_id}.{secret}", f"{task_id}.{other.callback_secret}", f"{task_id}.é", f"{task_id}.None"),
        *("claim#x.y", f"job#{task_id}.{secret}", f"{task_id.upper()}.{secret}", "0" * 4000),
    ]

    answers = [bell.ring(token=token) for token in tokens]

    for answer in answers:
        assert_refused(bell, answer, 404, before)
    assert len({(answer.json["error"], answer.json["code"], answer.json["detail"]) for answer in answers}) == 1
    assert jobs().get(other.task_id) == other


def test_a_signature_with_anything_beside_it_is_none(keyed: Bell) -> None:
    headers = signed(KIE_TASK_ID, keyed.stamp)
    spoilt = headers | {"x-webhook-signature": f"!{headers['x-webhook-signature']}"}

    assert_refused(keyed, keyed.ring(BODY, spoilt), 403, keyed.now())


def test_an_address_is_one_jobs_wherever_the_stack_was_reached() -> None:
    job = a_job()
    url = callback_url("https://first.test/dev", job)
    assert url

    assert parts_of(url.rpartition("/")[2]) == (job.task_id, job.callback_secret)
    assert is_callback_of(job, url)
    assert not is_callback_of(a_job(), url)


def test_a_job_without_a_secret_has_no_address() -> None:
    job = a_job(callback_secret=None)

    assert callback_url("https://first.test", job) is None
    assert not is_callback_of(job, f"https://first.test/api/callbacks/kie/{job.task_id}.None")


@pytest.mark.parametrize("token", ["", "x", "x.secret", "0" * 36, "0" * 36 + ".", "job#1.secret"])
def test_what_names_no_job_and_no_secret_is_not_looked_up(token: str) -> None:
    assert parts_of(token) is None
    assert parts_of(a_job().task_id) is None


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 400),
        ("{", 400),
        ("[]", 400),
        (b"\xff\xfe", 400),
        ("[" * 100_000, 400),
        ("{" + " " * MAX_BODY_BYTES + "}", 413),
        ({}, 403),
        ({"data": None}, 403),
        ({"data": [KIE_TASK_ID]}, 403),
        ({"data": {"taskId": None}}, 403),
        ({"data": {"taskId": ""}}, 403),
        ({"data": {"taskId": 7}}, 403),
        ({"data": {"taskId": "x" * 201}}, 403),
        ({"data": {"taskId": "٣" * 32}}, 403),
        ({"data": {"task_id": KIE_TASK_ID}}, 403),
        ({"taskId": KIE_TASK_ID}, 403),
    ],
    ids=lambda value: str(value)[:24],
)
def test_what_names_no_task_is_refused(bell: Bell, body: Any, status: int) -> None:
    assert_refused(bell, bell.ring(body), status, bell.now())


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE"])
def test_it_must_be_posted(bell: Bell, method: str) -> None:
    assert_refused(bell, bell.ring(method=method), 404, bell.now())


def test_it_must_be_json(bell: Bell) -> None:
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1"):
        assert_refused(bell, bell.ring(BODY, {"content-type": content_type}), 400, bell.now())


def test_with_a_secret_that_holds_nothing_no_callback_is_believed(
    bell: Bell, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bell.cloud.secrets.create_secret(Name="webhook-key", SecretString=" ")
    monkeypatch.setenv("KIE_WEBHOOK_SECRET_ARN", "webhook-key")

    for key in (WEBHOOK_KEY, " ", ""):
        headers = signed(KIE_TASK_ID, bell.stamp, key)
        assert_refused(bell, bell.ring(BODY, headers), 500, bell.now())
        assert "KieWebhookSecretArn names holds no key" in caplog.text


def test_no_line_of_the_log_holds_what_lets_anybody_ring_or_what_was_sent(
    keyed: Bell, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, headers = keyed.token().partition(".")[2], signed(KIE_TASK_ID, keyed.stamp)
    for handler in receive_callback.logger.handlers:
        monkeypatch.setattr(handler, "stream", sys.stdout)
    keyed.signed_ring()
    keyed.ring()
    keyed.ring(token=f"{keyed.job.task_id}.{secret}x")
    keyed.ring("{" + secret)
    keyed.signed_ring(
        {"data": {"taskId": KIE_TASK_ID, "resultJson": RESULT_URL, "param": "a plantain in the sun"}}
    )
    monkeypatch.setattr(receive_callback, "ring", lambda *_: 1 / 0)
    keyed.signed_ring()

    logged = capsys.readouterr().out
    assert logged.count('"rang"') == 2
    assert "ZeroDivisionError" in logged
    for hidden in (secret, WEBHOOK_KEY, headers["x-webhook-signature"], RESULT_URL, "in the sun"):
        assert hidden not in logged
