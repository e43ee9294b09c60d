"""Fault: a state machine's TimeoutSeconds is ignored, and an aborted execution may yet become a failed one.

Seam: stepfunctions._run_execution(arn), which walks the states until the status is no longer RUNNING, and
_fail_execution(execution, error, cause), which overwrites whatever status there is. The Lambda or wait that
runs at that moment runs on to its end, as a Lambda does in AWS. SFN_WAIT_SCALE leaves TimeoutSeconds alone.
Delete this when an execution that outlives TimeoutSeconds is TIMED_OUT, and says so to EventBridge.
"""

import contextvars
import json
import threading
from typing import Any

from local.aws.mends.seam import Function, LambdaHost, replace, seam

STEPS = "services.stepfunctions"


def mend(_host: LambdaHost) -> None:
    executions, machines = seam(STEPS, "_executions"), seam(STEPS, "_state_machines")
    now_iso, add_event = seam(STEPS, "now_iso"), seam(STEPS, "_add_event")
    emit = seam(STEPS, "_emit_execution_status_event")

    def time_out(execution: dict[str, Any]) -> None:
        if execution["status"] == "RUNNING":
            execution.update(status="TIMED_OUT", stopDate=now_iso())
            add_event(execution, "ExecutionTimedOut", {"executionTimedOutEventDetails": {}})
            emit(execution)

    def bounded(original: Function) -> Function:
        def run(arn: str) -> None:
            execution = executions.get(arn)
            machine = machines.get(execution["stateMachineArn"]) if execution else None
            seconds = _timeout_of(machine["definition"]) if machine else None
            if seconds is None:
                original(arn)
                return
            # A timer's thread has lost whose account this is; the context brings it along.
            timer = threading.Timer(seconds, contextvars.copy_context().run, (time_out, execution))
            timer.daemon = True
            timer.start()
            try:
                original(arn)
            finally:
                timer.cancel()

        return run

    def only_once(original: Function) -> Function:
        def fail(execution: dict[str, Any], error: str, cause: str) -> None:
            if execution["status"] == "RUNNING":
                original(execution, error, cause)

        return fail

    replace(STEPS, "_run_execution", bounded)
    replace(STEPS, "_fail_execution", only_once)


def _timeout_of(definition: str) -> float | None:
    try:
        return float(json.loads(definition)["TimeoutSeconds"])
    except (ValueError, KeyError, TypeError):
        return None
