"""Fault: ministack's own Lambda worker is not Lambda's runtime.

An exception's class is lost (always Runtime.HandlerError, so a named Retry or Catch never matches) and the
worker dies with it; a call costs 50 ms; nothing bounds the processes; handlers see the server's environment.
Seam: lambda_svc._execute_function_warm(func, event, request_id) -> {body, error?, log}.
Delete this when ministack runs Python under awslambdaric, in a bounded pool, with a clean environment.
"""

import json
from collections.abc import Mapping
from typing import Any

from local.aws.function import Function as LambdaFunction
from local.aws.function import function_of
from local.aws.mends.seam import Function, LambdaHost, replace, seam
from local.aws.runtime_api import Invocation


def mend(host: LambdaHost) -> None:
    layer_zip = seam("services.lambda_svc", "_resolve_layer_zip")
    trace_id = seam("services.lambda_svc", "_xray_trace_id_for_invocation")
    credentials = seam("core.lambda_runtime", "execution_credentials")

    def function_in(func: Mapping[str, Any]) -> LambdaFunction:
        config = func.get("config") or func
        code = func.get("code_zip")
        if not code:
            raise RuntimeError(f"function {config.get('FunctionName')} was deployed without code")
        layers = [archive for layer in config.get("Layers") or [] if (archive := layer_zip(layer))]
        return function_of(config, code, layers, credentials(config), host.endpoint, host.store)

    def execute(func: Mapping[str, Any], event: Any, request_id: str) -> dict[str, Any]:
        config = func.get("config") or func
        function = function_in(func)
        result = host.pool.invoke(
            function,
            Invocation(request_id, json.dumps(event).encode(), function.arn, function.timeout, trace_id(config)),
        )
        failure = {"error": True, "function_error": "Unhandled"} if result.failed else {}
        return {"body": result.body, "log": result.log, **failure}

    def make(_original: Function) -> Function:
        return execute

    replace("services.lambda_svc", "_execute_function_warm", make)
    functions = seam("services.lambda_svc", "_functions")
    host.prepare = lambda name: host.pool.prepare(function_in(functions[name]))
