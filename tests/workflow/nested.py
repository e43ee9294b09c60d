"""moto 5.2.5 names the parameters and answers of a nested execution as the States Language does, where botocore
has names of its own: so no `states:startExecution` of it ever works. It has the translation, and leaves it out."""

from typing import Any

import pytest
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import state_task_service_sfn as nested

from plantain.aws import client


def translated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the translation back."""
    original = nested.StateTaskServiceSfn._normalise_parameters

    def operation(action: str | None) -> Any:
        name = "DescribeExecution" if action == "describe_execution" else "StartExecution"
        return client("stepfunctions").meta.service_model.operation_model(name)

    def parameters(
        task: Any, given: dict[str, Any], service: str | None = None, action: str | None = None
    ) -> None:
        original(task, given, service, action)
        task._to_boto_request(given, operation(action).input_shape)

    def response(task: Any, response: Any, boto_service_name: Any = None, service_action_name: Any = None) -> None:
        task._from_boto_response(response, operation(service_action_name).output_shape)

    monkeypatch.setattr(nested.StateTaskServiceSfn, "_normalise_parameters", parameters)
    monkeypatch.setattr(nested.StateTaskServiceSfn, "_normalise_response", response)
