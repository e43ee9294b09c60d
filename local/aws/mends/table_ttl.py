"""Fault: a template's TimeToLiveSpecification is ignored.

Seam: the create and update handlers of AWS::DynamoDB::Table, and DynamoDB's own _update_ttl.
Delete this when describe_time_to_live shows what the template says.
"""

from collections.abc import Mapping
from typing import Any

from local.aws.mends.seam import Function, LambdaHost, replace_handler, seam

RESOURCE = "AWS::DynamoDB::Table"


def mend(_host: LambdaHost) -> None:
    update_ttl = seam("services.dynamodb", "_update_ttl")

    def apply(table: str, specification: Mapping[str, Any]) -> None:
        wanted = {**specification, "Enabled": specification.get("Enabled") in (True, "true")}
        status, _headers, body = update_ttl({"TableName": table, "TimeToLiveSpecification": wanted})
        if status >= 400:
            raise ValueError(f"TimeToLiveSpecification of {table}: {body!r}")

    def create(original: Function) -> Function:
        def with_ttl(logical_id: str, props: Mapping[str, Any], stack: str) -> Any:
            result = original(logical_id, props, stack)
            if specification := props.get("TimeToLiveSpecification"):
                apply(result[0], specification)
            return result

        return with_ttl

    def update(original: Function) -> Function:
        def with_ttl(table: str, old: Mapping[str, Any], new: Mapping[str, Any], *rest: Any) -> Any:
            result = original(table, old, new, *rest)
            before, now = old.get("TimeToLiveSpecification"), new.get("TimeToLiveSpecification")
            if now:
                apply(result[0], now)
            elif before:
                apply(result[0], {**before, "Enabled": False})
            return result

        return with_ttl

    replace_handler(RESOURCE, "create", create)
    replace_handler(RESOURCE, "update", update)
