"""Neither the execution nor a log line knows the prompt, a link or the key."""

import json
import logging

import pytest

from tests.workflow.machine import Workflow
from tests.workflow.wishes import a_wish

CANARY = "canary-7f3a91"
INPUT = "https://example.com/canary-input.png"
OUTSIDE = ("moto", "botocore", "boto3", "asyncio")


@pytest.mark.parametrize(
    "script",
    [
        "urls x2",
        "no-credits x1",
        "exception",
        "fail-policy",
        "unknown-state",
        "poll-drop x2",
        "file-html",
        "file-drop",
        "busy",
    ],
)
def test_prompt_key_and_links_are_in_no_execution_and_no_log(
    workflow: Workflow, caplog: pytest.LogCaptureFixture, script: str
) -> None:
    caplog.set_level(logging.INFO)

    execution = workflow.run(a_wish(prompt=f"{CANARY} [twin:{script}]"))

    execution_told = json.dumps([execution.described, execution.history], default=str)
    assert execution.job.task_id in execution_told
    lambdas_told = "\n".join([*_log_lines(caplog), *workflow.lambdas.error_lines])
    assert execution.job.task_id in lambdas_told
    for secret in (CANARY, workflow.twin.key, workflow.twin.files_url, *execution.job.result_urls):
        assert secret not in execution_told
        assert secret not in lambdas_told


def test_input_links_are_in_no_execution_and_no_log(workflow: Workflow, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    execution = workflow.run(a_wish(image_input=(INPUT,)))

    assert INPUT not in json.dumps([execution.described, execution.history], default=str)
    assert INPUT not in "\n".join([*_log_lines(caplog), *workflow.lambdas.error_lines])


def _log_lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Every record with its fields, as Lambda would write it: of other libraries it keeps warnings only."""
    return [
        repr(vars(record)) + record.getMessage()
        for record in caplog.records
        if record.name.split(".")[0] not in OUTSIDE
        and (record.levelno >= logging.WARNING or record.name.startswith(("plantain", "service_undefined")))
    ]
