"""AWS as the crash tests have it, where a test holds its table against moto: thousands of calls take a moment."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore import xform_name
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from tests.crashes.aws import Parameters, modeled
from tests.crashes.bucket import S3
from tests.crashes.table import Dynamodb


@contextmanager
def in_memory(clock: Callable[[], float]) -> Iterator[None]:
    """Whatever boto3 is asked for stands in memory meanwhile, empty at first. `clock` is in seconds."""
    parameters = Parameters()
    services: dict[str, Any] = {
        "dynamodb": Dynamodb(clock, lambda *_: None, lambda: 0.0),
        "s3": S3(),
        "ssm": parameters,
        "secretsmanager": parameters,
    }

    def api_call(client: BaseClient, operation: str, call: dict[str, Any]) -> dict[str, Any]:
        service = services[client.meta.service_model.service_name]
        try:
            answer: dict[str, Any] = getattr(service, xform_name(operation))(call)
            return answer
        except ClientError as error:
            raise modeled(client, error, operation) from None

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(BaseClient, "_make_api_call", api_call)
        yield
