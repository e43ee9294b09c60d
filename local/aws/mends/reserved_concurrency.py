"""Fault: a template's ReservedConcurrentExecutions is ignored.

Seam: the create and update handlers of AWS::Lambda::Function; the number belongs under "concurrency" of the
function's record, where the runtime looks for it.
Delete this when get_function_concurrency shows what the template says.
"""

from collections.abc import Mapping
from typing import Any

from local.aws.mends.seam import Function, LambdaHost, replace_handler, seam

RESOURCE = "AWS::Lambda::Function"


def mend(_host: LambdaHost) -> None:
    functions = seam("services.lambda_svc", "_functions")

    def reserve(name: str, props: Mapping[str, Any]) -> None:
        reserved = props.get("ReservedConcurrentExecutions")
        functions[name]["concurrency"] = None if reserved is None else int(reserved)

    def create(original: Function) -> Function:
        def reserving(logical_id: str, props: Mapping[str, Any], stack: str) -> Any:
            result = original(logical_id, props, stack)
            reserve(result[0], props)
            return result

        return reserving

    def update(original: Function) -> Function:
        def reserving(name: str, old: Mapping[str, Any], new: Mapping[str, Any], *rest: Any) -> Any:
            result = original(name, old, new, *rest)
            reserve(result[0], new)
            return result

        return reserving

    replace_handler(RESOURCE, "create", create)
    replace_handler(RESOURCE, "update", update)
