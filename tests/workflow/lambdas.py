"""Answers the state machine's Lambda tasks with our own handlers, through moto's Lambda without Docker."""

import json
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from moto.awslambda_simple.models import LambdaSimpleBackend
from moto.core.exceptions import JsonRESTError

import functions.check_batch.app
import functions.check_status.app
import functions.create_task.app
import functions.record_failure.app
import functions.store_image.app
import functions.take_row.app
import functions.write_results.app

Handler = Callable[[dict[str, Any], Any], Any]


@dataclass(frozen=True)
class Context:
    """What Lambda tells a handler about its call."""

    function_name: str
    memory_limit_in_mb: int = 512
    aws_request_id: str = "8f1a5c1e-0000-4000-8000-000000000000"

    @property
    def invoked_function_arn(self) -> str:
        return f"arn:aws:lambda:eu-central-1:123456789012:function:{self.function_name}"


class LambdaFault(Exception):
    """The service itself answers with this error, for example TooManyRequestsException."""


class SandboxDied(Exception):
    """The process of the function ended before it answered; `error_type` is what Lambda then reports."""

    def __init__(self, error_type: str) -> None:
        super().__init__(f"RequestId: … Error: {error_type}")
        self.error_type = error_type


class Lambdas:
    """The steps by the folder name of their function; a test may put something else in a step's place."""

    def __init__(self) -> None:
        self.steps: dict[str, Handler] = {
            "create_task": functions.create_task.app.handler,
            "check_status": functions.check_status.app.handler,
            "store_image": functions.store_image.app.handler,
            "record_failure": functions.record_failure.app.handler,
            "check_batch": functions.check_batch.app.handler,
            "take_row": functions.take_row.app.handler,
            "write_results": functions.write_results.app.handler,
        }
        self.calls: list[str] = []
        self.error_lines: list[str] = []

    def first(self, step: str, handler: Handler, times: int = 1) -> None:
        """The next `times` calls of this step go to `handler`, all others to the real one."""
        real, left = self.steps[step], iter(range(times))
        self.steps[step] = lambda event, context: (real if next(left, None) is None else handler)(event, context)

    def invoke(
        self,
        _backend: LambdaSimpleBackend,
        arn: str,
        _qualifier: Any,
        body: Any,
        _headers: Any,
        answer: dict[str, str],
    ) -> bytes:
        """In the place of LambdaSimpleBackend.invoke; an exception becomes Lambda's own error payload."""
        step = arn.rpartition(":")[2]
        self.calls.append(step)
        try:
            result = self.steps[step](json.loads(body), Context(step))
            return json.dumps(result).encode()
        except LambdaFault as fault:
            raise JsonRESTError(str(fault), "Lambda is not well.") from None
        except Exception as error:
            answer["x-amz-function-error"] = "Unhandled"
            payload = _error_payload(error)
            self.error_lines.append(payload)  # the runtime writes it to the function's log as well
            return payload.encode()


def _error_payload(error: Exception) -> str:
    """As the official runtime client makes it."""
    return json.dumps(
        {
            "errorMessage": str(error),
            "errorType": getattr(error, "error_type", type(error).__name__),
            "stackTrace": traceback.format_tb(error.__traceback__),
        }
    )
