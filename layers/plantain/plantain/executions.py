"""The only module that knows Step Functions: starts the execution that carries a job to its end."""

import json
import os
from functools import cache
from typing import Any

from plantain.aws import client


class Executions:
    """Executions of the generate_image state machine, named by the job they carry."""

    def __init__(self, state_machine_arn: str, stepfunctions: Any) -> None:
        self._arn = state_machine_arn
        self._stepfunctions = stepfunctions

    def start(self, task_id: str) -> None:
        """Start the job's execution. Its name is the task id, so a second start changes nothing."""
        try:
            self._stepfunctions.start_execution(
                stateMachineArn=self._arn, name=task_id, input=json.dumps({"taskId": task_id})
            )
        except self._stepfunctions.exceptions.ExecutionAlreadyExists:
            return

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
