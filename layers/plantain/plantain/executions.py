"""The only module that knows the executions of jobs: starts the one that carries a job, and wakes it."""

import json
import os
from dataclasses import dataclass
from functools import cache
from typing import Any

from plantain.aws import client
from plantain.job import task_id_of


@dataclass(frozen=True, slots=True)
class Found:
    """An execution's status in Step Functions' words (RUNNING, SUCCEEDED, FAILED …) and the name of its error."""

    status: str
    error: str


class Executions:
    """Executions of the generate_image state machine, named by the job they carry (Job.execution_name)."""

    def __init__(self, state_machine_arn: str, stepfunctions: Any) -> None:
        self._arn = state_machine_arn
        self._stepfunctions = stepfunctions

    def start(self, name: str) -> None:
        """Start the execution of this name. A second start changes nothing."""
        try:
            self._stepfunctions.start_execution(
                stateMachineArn=self._arn, name=name, input=json.dumps({"taskId": task_id_of(name)})
            )
        except self._stepfunctions.exceptions.ExecutionAlreadyExists:
            return

    def found(self, name: str) -> Found | None:
        """How the execution of this name is doing; None if there is none."""
        try:
            told = self._stepfunctions.describe_execution(
                executionArn=f"{self._arn.replace(':stateMachine:', ':execution:')}:{name}"
            )
        except self._stepfunctions.exceptions.ExecutionDoesNotExist:
            return None
        return Found(told["status"], told.get("error", ""))

    def wake(self, task_token: str) -> None:
        """End the wait that has this token; one that has ended already stays so."""
        gone = self._stepfunctions.exceptions
        try:
            self._stepfunctions.send_task_success(taskToken=task_token, output="{}")
        except (gone.TaskTimedOut, gone.TaskDoesNotExist, gone.InvalidToken):
            return


@cache
def executions() -> Executions:
    """The configured state machine, reached at first use."""
    return Executions(os.environ["STATE_MACHINE_ARN"], client("stepfunctions"))
