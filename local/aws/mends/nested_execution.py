"""Fault: `states:startExecution.sync` runs an execution of that name a second time, and tells EventBridge nothing.

It calls what StartSyncExecution of express workflows calls, which overwrites an execution that is there already. A
standard execution that is started again is joined while it runs with the same input, and refused after that.
Seam: stepfunctions._invoke_nested_start_execution_sync(resource, input).
Delete this when a nested execution of a name that is taken fails as StepFunctions.ExecutionAlreadyExistsException.
"""

import json
import time
from typing import Any

from local.aws.mends.seam import Function, LambdaHost, replace, seam

STEPS = "services.stepfunctions"
_LOOK_SECONDS = 0.05


def mend(_host: LambdaHost) -> None:
    request_of, start = seam(STEPS, "_nested_start_execution_request"), seam(STEPS, "_start_execution")
    executions, error = seam(STEPS, "_executions"), seam(STEPS, "_ExecutionError")

    def started(request: dict[str, Any]) -> str:
        status, _, body = start(request)
        answer = json.loads(body)
        if status < 400:
            return str(answer["executionArn"])
        arn = answer.get("message", "").partition("'")[2].rstrip("'")
        there = executions.get(arn)
        same = (
            there and there["status"] == "RUNNING" and json.loads(there["input"]) == json.loads(request["input"])
        )
        if not same:
            name = f"StepFunctions.{answer.get('__type', 'Unknown')}Exception"
            raise error(name, answer.get("message", ""))
        return str(arn)

    def make(_original: Function) -> Function:
        def run(resource: str, task_input: Any) -> Any:
            arn = started(request_of(task_input))
            while executions[arn]["status"] == "RUNNING":
                time.sleep(_LOOK_SECONDS)
            ended = executions[arn]
            told = _told(ended, as_json=resource.endswith(":2"))
            if ended["status"] != "SUCCEEDED":
                raise error("States.TaskFailed", json.dumps(told))
            return told

        return run

    replace(STEPS, "_invoke_nested_start_execution_sync", make)


def _told(execution: dict[str, Any], *, as_json: bool) -> dict[str, Any]:
    """As DescribeExecution tells it in the state's output."""
    told = {
        name[0].upper() + name[1:]: execution.get(name)
        for name in (
            "executionArn",
            "stateMachineArn",
            "name",
            "status",
            "startDate",
            "stopDate",
            "input",
            "output",
        )
    }
    if as_json:
        told |= {name: json.loads(value) for name in ("Input", "Output") if (value := told[name])}
    return told
