"""Fault: when the Lambda behind an HTTP API fails, the client is shown its exception with a 502.

AWS answers 500 {"message": "Internal Server Error"}, and 503 when the function is throttled.
Seam: lambda_svc.lambda_execute_result_to_api_proxy_response(result) -> (response, None).
Delete this when a raising handler gives a 500 without its exception's text.
"""

import json
from collections.abc import Mapping
from typing import Any

from local.aws.mends.seam import Function, LambdaHost, replace


def mend(_host: LambdaHost) -> None:
    def make(original: Function) -> Function:
        def discreet(result: Mapping[str, Any]) -> Any:
            if result.get("throttle"):
                return _answer(503, "Service Unavailable"), None
            return (_answer(500, "Internal Server Error"), None) if result.get("error") else original(result)

        return discreet

    replace("services.lambda_svc", "lambda_execute_result_to_api_proxy_response", make)


def _answer(status: int, message: str) -> dict[str, Any]:
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps({"message": message}),
    }
