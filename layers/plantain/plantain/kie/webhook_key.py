"""The only module that knows where the webhook key of Kie.ai's settings is kept: Secrets Manager."""

import os
from functools import cache

from plantain.aws import client
from plantain.errors import PlantainError


@cache
def webhook_key() -> str | None:
    """What Kie.ai signs its callbacks with, read once per container; None where the stack names no secret for it.

    Raises PlantainError where it names one that holds nothing: then no callback is believed.
    """
    if not (arn := os.environ["KIE_WEBHOOK_SECRET_ARN"]):
        return None
    answer = client("secretsmanager").get_secret_value(SecretId=arn)
    if not (key := str(answer.get("SecretString", "")).strip()):
        text = "The secret that KieWebhookSecretArn names holds no key: no callback is believed."
        raise PlantainError(text, code="kie-webhook-key-missing")
    return key
