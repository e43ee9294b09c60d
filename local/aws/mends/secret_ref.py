"""Fault: !Ref of a secret is its name; in AWS it is its ARN, which is what a policy needs as a resource.

Seam: the create, update and delete handlers of AWS::SecretsManager::Secret, which keep secrets by name.
Delete this when !Ref of a secret gives its ARN.
"""

from collections.abc import Mapping
from typing import Any

from local.aws.mends.seam import Function, LambdaHost, replace_handler, seam

RESOURCE = "AWS::SecretsManager::Secret"


def mend(_host: LambdaHost) -> None:
    secrets = seam("services.secretsmanager", "_secrets")

    def name_of(arn: str) -> str:
        return next((str(name) for name, secret in secrets.items() if secret["ARN"] == arn), arn)

    def create(original: Function) -> Function:
        def by_arn(logical_id: str, props: Mapping[str, Any], stack: str) -> Any:
            _name, attributes = original(logical_id, props, stack)
            return attributes["Arn"], attributes

        return by_arn

    def update(original: Function) -> Function:
        def by_arn(arn: str, *rest: Any) -> Any:
            _name, attributes = original(name_of(arn), *rest)
            return attributes["Arn"], attributes

        return by_arn

    def delete(original: Function) -> Function:
        def by_arn(arn: str, props: Mapping[str, Any]) -> Any:
            return original(name_of(arn), props)

        return by_arn

    for action, make in (("create", create), ("update", update), ("delete", delete)):
        replace_handler(RESOURCE, action, make)
