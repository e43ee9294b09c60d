"""Fault: whoever may use the schedules of one group is refused: IAM is asked about the group "default" each time.

Seam: iam_actions.extract_resource_arn(service, method, path, headers, body, query, …) -> the ARN to ask about.
Delete this when a role that may scheduler:GetSchedule on schedule/<its group>/* can.
"""

import json
from collections.abc import Mapping
from typing import Any

from local.aws.mends.seam import Function, LambdaHost, replace

DEFAULT = ":schedule/default/"


def mend(_host: LambdaHost) -> None:
    def make(original: Function) -> Function:
        def resource(
            service: str, method: str, path: str, headers: Any, body: bytes, query: Mapping[str, Any], *rest: Any
        ) -> str:
            arn: str = original(service, method, path, headers, body, query, *rest)
            if service == "scheduler" and DEFAULT in arn:
                return arn.replace(DEFAULT, f":schedule/{group_of(body, query)}/")
            return arn

        return resource

    replace("core.iam_actions", "extract_resource_arn", make)


def group_of(body: bytes, query: Mapping[str, Any]) -> str:
    """Where the schedule lies: a create and a change say it in the body, the others in the query."""
    asked = query.get("groupName") or (json.loads(body) if body else {}).get("GroupName") or "default"
    return str(asked[0] if isinstance(asked, list) else asked)
