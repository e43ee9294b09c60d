"""Fault: a task's TimeoutSecondsPath is ignored, and no form of its heartbeat is kept.

Seam: stepfunctions._execute_task(state, input, execution, ctx), which reads the constant TimeoutSeconds only,
and _invoke_with_callback(resource, input, token, state), which waits that long. To wait for a task token is
to wait: SFN_WAIT_SCALE shortens its timeout and its heartbeat too.
Delete this when a waitForTaskToken with TimeoutSecondsPath, and one with HeartbeatSecondsPath, end in time.
"""

import contextvars
import threading
import time
from typing import Any

from local.aws.mends.seam import Function, LambdaHost, replace, seam

STEPS = "services.stepfunctions"


def mend(_host: LambdaHost) -> None:
    apply_input_path, resolve = seam(STEPS, "_apply_input_path"), seam(STEPS, "_resolve_path_or_ctx")
    error, tokens = seam(STEPS, "_ExecutionError"), seam(STEPS, "_task_tokens")
    scale = seam(STEPS, "_SFN_WAIT_SCALE")

    def with_paths(original: Function) -> Function:
        def execute(state: dict[str, Any], raw_input: Any, execution: Any, ctx: Any) -> Any:
            found = dict(state)
            for name in ("TimeoutSeconds", "HeartbeatSeconds"):
                if f"{name}Path" not in state:
                    continue
                seconds = resolve(state[f"{name}Path"], apply_input_path(state, raw_input, ctx), ctx)
                if not isinstance(seconds, int | float) or isinstance(seconds, bool) or seconds <= 0:
                    raise error("States.Runtime", f"{name}Path of the state gives no positive number")
                found[name] = seconds
            return original(found, raw_input, execution, ctx)

        return execute

    def with_heartbeat(original: Function) -> Function:
        def invoke(resource: str, task_input: Any, token: str, state: dict[str, Any]) -> Any:
            if "TimeoutSeconds" in state:
                state = {**state, "TimeoutSeconds": state["TimeoutSeconds"] * scale}
            if "HeartbeatSeconds" in state:
                watch = (_watch, tokens, token, state["HeartbeatSeconds"] * scale)
                threading.Thread(target=contextvars.copy_context().run, args=watch, daemon=True).start()
            return original(resource, task_input, token, state)

        return invoke

    replace(STEPS, "_execute_task", with_paths)
    replace(STEPS, "_invoke_with_callback", with_heartbeat)


def _watch(tokens: Any, token: str, seconds: float) -> None:
    """End the wait for a token as States.HeartbeatTimeout when no heartbeat has come for so many seconds."""
    beat, since = None, time.monotonic()
    while time.monotonic() - since < seconds:
        time.sleep(min(0.05, seconds / 4))
        waiting = tokens.get(token)
        if waiting is None and time.monotonic() - since > 1:
            return
        # ministack notes a heartbeat as a new text, of whole seconds: that it came is all there is to see
        if waiting is not None and waiting["heartbeat"] is not None:
            beat, since, waiting["heartbeat"] = waiting["heartbeat"], time.monotonic(), None
    waiting = tokens.get(token)
    if waiting is not None and waiting["error"] is None and not waiting["event"].is_set():
        cause = f"no heartbeat since {beat or 'the start'}"
        waiting["error"] = {"Error": "States.HeartbeatTimeout", "Cause": cause}
        waiting["event"].set()
