"""The only module that knows the executions of batches: starts them, and wakes one that waits for a yes."""

import json
import os
from functools import cache
from typing import Any

from plantain.aws import client


class BatchExecutions:
    """Executions of the generate_batch state machine, named by the batch they carry."""

    def __init__(self, state_machine_arn: str, stepfunctions: Any) -> None:
        self._arn = state_machine_arn
        self._stepfunctions = stepfunctions

    def start(self, batch_id: str) -> None:
        """Start the batch's execution. Its name is the batch's id, so a second start changes nothing."""
        try:
            self._stepfunctions.start_execution(
                stateMachineArn=self._arn, name=batch_id, input=json.dumps({"batchId": batch_id})
            )
        except self._stepfunctions.exceptions.ExecutionAlreadyExists:
            return

    def wake(self, task_token: str) -> None:
        """End the wait that has this token; one that has ended already stays so."""
        gone = self._stepfunctions.exceptions
        try:
            self._stepfunctions.send_task_success(taskToken=task_token, output="{}")
        except (gone.TaskTimedOut, gone.TaskDoesNotExist):
            return


@cache
def batch_executions() -> BatchExecutions:
    """The configured state machine, reached at first use."""
    return BatchExecutions(os.environ["BATCH_MACHINE_ARN"], client("stepfunctions"))
