"""What the page "When something goes wrong" tells an operator to type, typed with the credentials it asks for."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.aws.environment import REGION
from tests.e2e.conftest import Caller, Cloud
from tests.e2e.dropping import Person, dead_letters, eventually, unique, without_permissions
from tests.e2e.operating import Operator, drawing_for, failed, given_up, long_ago, tasks_of
from tests.e2e.test_drops import SMALL
from tests.pages import blocks, section

LOST = "drop-after, callback-never"


@pytest.fixture(scope="session")
def credentials(cloud: Cloud) -> dict[str, str]:
    """Somebody who may do what the page says an operator needs, and nothing else."""
    (policy,) = blocks(section("operations", "What an operator may do"), "json")
    iam, name = cloud.client("iam"), unique("operator")
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="plantain", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {
        "AWS_ENDPOINT_URL": cloud.endpoint,
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
    }


@pytest.fixture
def operator(credentials: dict[str, str], tmp_path: Path) -> Operator:
    return Operator(tmp_path, credentials)


@pytest.fixture
def paused(operator: Operator) -> Iterator[None]:
    operator.does("pause", "a fair")
    yield
    operator.does("resume")


@pytest.mark.usefixtures("paused")
def test_what_is_asked_for_while_creates_are_paused_is_made_afterwards(
    cloud: Cloud, alice: Caller, operator: Operator
) -> None:
    accepted = cloud.accepted()
    answer = alice.submit("after the pause", resolution="1K")
    waiting = alice.status(answer.json()["taskId"])

    assert answer.status_code == 202
    assert (waiting["state"], waiting["charged"]) == ("pending", "no")
    assert "by an operator: a fair" in operator.does("pause", "--status")
    assert cloud.accepted() == accepted

    operator.does("resume")

    assert "Creates are sent" in operator.does("pause", "--status")
    assert alice.finished(waiting["taskId"])["state"] == "success"
    assert cloud.accepted() == accepted + 1


def test_a_job_in_doubt_is_listed_and_goes_on_with_the_task_found_at_kie(
    cloud: Cloud, alice: Caller, operator: Operator
) -> None:
    prompt = f"{unique()} [twin:{LOST}]"
    task_id = alice.submit(prompt, resolution="1K").json()["taskId"]

    in_doubt = eventually(lambda: operator.listed(task_id))
    (kie_task_id,) = tasks_of(cloud, prompt)
    operator.does("jobs", "adopt", task_id, kie_task_id)

    assert (in_doubt["charged"], in_doubt["caller"], in_doubt["prompt"]) == ("unknown", "alice", prompt)
    assert "kieTaskId" not in in_doubt
    job = alice.finished(task_id)
    assert (job["state"], job["charged"]) == ("success", "yes")
    assert tasks_of(cloud, prompt) == [kie_task_id]
    assert operator.listed(task_id) is None


def test_a_lost_create_that_was_given_up_is_adopted(cloud: Cloud, alice: Caller, operator: Operator) -> None:
    prompt = f"{unique()} [twin:{LOST}]"
    other = alice.made("somebody else's", resolution="1K")["taskId"]
    task_id = given_up(cloud, alice, alice.submit(prompt, resolution="1K").json()["taskId"])

    assert eventually(lambda: operator.listed(task_id))["code"] == "outcome-unknown"
    (kie_task_id,) = tasks_of(cloud, prompt)
    (of_another,) = tasks_of(cloud, "somebody else's")[-1:]
    assert "made for another request" in operator.refused("jobs", "adopt", task_id, of_another)
    assert "Nobody knows whether Kie.ai has a task" in operator.refused("jobs", "redrive", task_id)
    operator.does("jobs", "adopt", task_id, kie_task_id)

    assert alice.finished(task_id)["state"] == "success"
    assert tasks_of(cloud, prompt) == [kie_task_id]
    assert operator.listed(task_id) is None
    assert "has another task" in operator.refused("jobs", "adopt", other, kie_task_id)


def test_a_lost_create_is_paid_twice_only_where_the_operator_says_so(
    cloud: Cloud, alice: Caller, operator: Operator
) -> None:
    prompt = unique()
    cloud.twin.post("/_twin/next", json={"script": LOST}).raise_for_status()
    task_id = given_up(cloud, alice, alice.submit(prompt, resolution="1K").json()["taskId"])
    assert len(tasks_of(cloud, prompt)) == 1

    assert "Nothing was done" in operator.refused("jobs", "resend", task_id)
    assert "--yes" in operator.refused("jobs", "resend", task_id)
    assert len(tasks_of(cloud, prompt)) == 1
    operator.does("jobs", "resend", task_id, "--yes")

    assert alice.finished(task_id)["state"] == "success"
    assert len(tasks_of(cloud, prompt)) == 2
    assert "it is success" in operator.refused("jobs", "resend", task_id, "--yes")


def test_a_job_that_is_seen_to_is_listed_no_longer(cloud: Cloud, alice: Caller, operator: Operator) -> None:
    task_id = given_up(cloud, alice, alice.submit("[twin:drop-before]", resolution="1K").json()["taskId"])
    assert eventually(lambda: operator.listed(task_id))["charged"] == "unknown"

    operator.does("jobs", "dismiss", task_id)

    assert operator.listed(task_id) is None
    assert alice.status(task_id)["failCode"] == "outcome-unknown"


@pytest.mark.parametrize("code", ["aborted", "timed-out"])
def test_a_job_that_kie_was_too_slow_for_goes_on_without_a_second_create(
    cloud: Cloud, alice: Caller, operator: Operator, code: str
) -> None:
    prompt = unique()
    with drawing_for(cloud, 20):
        task_id = alice.submit(prompt, resolution="1K").json()["taskId"]
    if code == "aborted":
        cloud.client("stepfunctions").stop_execution(executionArn=cloud.execution(task_id)["executionArn"])
    else:
        long_ago(cloud, task_id, "acceptedAt", hours=100)
    job = failed(cloud, alice, task_id)
    assert (job["failCode"], job["charged"]) == (code, "unknown")
    assert eventually(lambda: operator.listed(task_id))["kieTaskId"] == tasks_of(cloud, prompt)[0]

    assert "redrive it" in operator.refused("jobs", "resend", task_id, "--yes")
    operator.does("jobs", "redrive", task_id)
    operator.does("jobs", "redrive", task_id)

    assert alice.finished(task_id)["state"] == "success"
    assert len(tasks_of(cloud, prompt)) == 1
    assert operator.listed(task_id) is None


def test_dead_letters_are_handed_over_again_and_do_nothing_twice(cloud: Cloud, operator: Operator) -> None:
    person, word = Person(cloud), unique("letter")
    with without_permissions(cloud, "OnUploadFunction"):
        source = person.drops(f"inbox/{word}.toml", f'prompt = "{word}"\n{SMALL}')
        (body,) = eventually(lambda: dead_letters(cloud, source.version))
    (letter,) = [found for found in letters(operator) if source.key in json.dumps(found["event"])]
    assert (letter["function"], "ClientError" in letter["why"]) == ("OnUploadFunction", True)

    assert "handed over again" in operator.does("dlq", "redrive")
    person.made(source)
    assert "There are none" in operator.does("dlq", "redrive")
    # The queue may give a letter twice.
    for _ in range(2):
        cloud.client("sqs").send_message(QueueUrl=cloud.outputs["DeadLettersUrl"], MessageBody=json.dumps(body))
    assert operator.told("dlq", "redrive") == {"redriven": 2, "left": []}

    eventually(lambda: person.looks(source) >= 3)
    assert person.paid(word) == 1
    assert letters(operator) == []


def letters(operator: Operator) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = operator.told("dlq", "list")["letters"]
    return found
