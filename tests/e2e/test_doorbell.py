"""Kie.ai rings when a task is over: the job looks at once, and the lost answer to a create is found again."""

import re
from typing import Any

import httpx

from tests.e2e.conftest import Caller, Cloud


def states_of(cloud: Cloud, task_id: str) -> list[str]:
    cloud.ended_execution(task_id)
    return re.findall(r'"name": "(\w+)", "input"', cloud.history(task_id))


def task_of(cloud: Cloud, prompt: str) -> dict[str, Any]:
    """Kie.ai's own task of this prompt; there is one."""
    (task,) = [t for t in cloud.twin.get("/_twin/ledger").json()["tasks"] if t["input"]["prompt"] == prompt]
    return dict(task)


def test_a_ring_ends_the_wait_and_one_look_is_enough(cloud: Cloud, alice: Caller) -> None:
    job = alice.made("one look is enough", resolution="1K")

    assert job["state"] == "success", job
    assert states_of(cloud, job["taskId"]).count("CheckStatus") <= 2


def test_a_create_whose_answer_was_lost_is_adopted_by_its_callback(cloud: Cloud, alice: Caller) -> None:
    prompt = "the answer is lost [twin:drop-after]"
    before = cloud.accepted()

    job = alice.made(prompt, resolution="1K")

    assert (job["state"], job["charged"]) == ("success", "yes")
    assert cloud.accepted() == before + 1


def test_who_does_not_know_the_address_rings_nobody(cloud: Cloud, alice: Caller) -> None:
    task_id = alice.submit("not rung").json()["taskId"]

    for token in (task_id, f"{task_id}.guess", "nothing", "%2e%2e"):
        answer = httpx.post(
            f"{cloud.api_url}/api/callbacks/kie/{token}", json={"data": {"taskId": "x"}}, trust_env=False
        )
        assert (answer.status_code, answer.json()["error"]) == (404, "Task not found")
    assert alice.finished(task_id)["state"] == "success"
