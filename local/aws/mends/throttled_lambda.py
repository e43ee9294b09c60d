"""Fault: a throttled Lambda reaches a state machine as Lambda.Unknown, so a Retry for that never matches.

Seam: lambda_svc._throttle_response(...) -> result, whose body lacks the errorType that _call_lambda reads.
Delete this when a task on a throttled function fails with Lambda.TooManyRequestsException.
"""

from typing import Any

from local.aws.mends.seam import Function, LambdaHost, replace


def mend(_host: LambdaHost) -> None:
    def make(original: Function) -> Function:
        def named(*args: Any, **options: Any) -> dict[str, Any]:
            result: dict[str, Any] = original(*args, **options)
            result["body"]["errorType"] = "Lambda.TooManyRequestsException"
            result["body"]["errorMessage"] = result["body"]["message"]
            return result

        return named

    replace("services.lambda_svc", "_throttle_response", make)
