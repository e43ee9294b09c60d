"""Fault: who may report the end of a task by its token is asked of the resource `*`, not of the token's machine.

In AWS SendTaskSuccess and its like are allowed on a state machine; here only a policy for everything would do.
Seam: stepfunctions._execute_task(state, input, execution, ctx), which knows the machine,
_invoke_with_callback(resource, input, token, state), which knows the token, and what asks for the resource:
core.iam_actions.extract_resource_arn(service, method, path, headers, body, …).
Delete this when a function that may call SendTaskSuccess on one state machine alone can end its tasks.
"""

import json
from contextvars import ContextVar
from typing import Any

from local.aws.mends.seam import Function, LambdaHost, replace

STEPS = "services.stepfunctions"

_machine: ContextVar[str] = ContextVar("ARN of the state machine whose task is executed")


def mend(_host: LambdaHost) -> None:
    owners: dict[str, str] = {}  # of each token

    def execute(original: Function) -> Function:
        def run(state: Any, raw_input: Any, execution: Any, ctx: Any) -> Any:
            _machine.set(ctx["StateMachine"]["Id"])
            return original(state, raw_input, execution, ctx)

        return run

    def callback(original: Function) -> Function:
        def invoke(resource: str, task_input: Any, token: str, state: Any) -> Any:
            owners[token] = _machine.get()
            return original(resource, task_input, token, state)

        return invoke

    def resource(original: Function) -> Function:
        def extract(service: str, method: str, path: str, headers: Any, body: bytes, *rest: Any) -> Any:
            token = _token_in(body) if service == "states" else None
            return owners.get(token or "") or original(service, method, path, headers, body, *rest)

        return extract

    replace(STEPS, "_execute_task", execute)
    replace(STEPS, "_invoke_with_callback", callback)
    replace("core.iam_actions", "extract_resource_arn", resource)


def _token_in(body: bytes) -> str | None:
    try:
        document = json.loads(body or b"{}")
    except ValueError:
        return None
    return document.get("taskToken") if isinstance(document, dict) else None
