"""The state machine executed by moto, with the real handlers against the real twin over HTTP."""

from collections.abc import Iterator

import httpx
import pytest
from moto import mock_aws
from moto.awslambda_simple.models import LambdaSimpleBackend

import functions.store_image.app
from local.twin.twin import Twin
from plantain.aws import client
from plantain.downloads import Downloads
from plantain.images import Images
from tests.conftest import make_cloud
from tests.workflow.clock import Clock, virtual_time
from tests.workflow.lambdas import Lambdas
from tests.workflow.machine import Workflow
from tests.workflow.s3_transport import S3Transport

clock = pytest.fixture(virtual_time)

DRAW_SECONDS = 3.0  # done at the first look


@pytest.fixture
def twin(clock: Clock) -> Iterator[Twin]:
    with Twin(draw_seconds=DRAW_SECONDS, rate_limit=False, clock=clock) as twin:
        yield twin


@pytest.fixture
def downloads(twin: Twin) -> Iterator[Downloads]:
    with httpx.HTTPTransport(trust_env=False) as transport:  # ours, so that its sockets are closed with the test
        yield Downloads(frozenset({twin.files_url}), transport)


@pytest.fixture
def workflow(
    settings: pytest.MonkeyPatch, twin: Twin, clock: Clock, downloads: Downloads
) -> Iterator[Workflow]:
    settings.setenv("KIE_BASE_URL", twin.api_url)
    settings.setattr(functions.store_image.app, "downloads", lambda: downloads)
    lambdas = Lambdas()

    def invoke(*call: object) -> bytes:  # a function, so that the backend becomes its first argument
        return lambdas.invoke(*call)  # type: ignore[arg-type]

    settings.setattr(LambdaSimpleBackend, "invoke", invoke)
    with mock_aws(config={"stepfunctions": {"execute_state_machine": True}, "lambda": {"use_docker": False}}):
        cloud = make_cloud()
        cloud.secrets.put_secret_value(SecretId="kie-key", SecretString=twin.key)
        images = Images("images", client("s3"), transport=S3Transport(cloud.s3))
        settings.setattr(functions.store_image.app, "images", lambda: images)
        workflow = Workflow(cloud, twin, lambdas, clock)
        settings.setenv("STATE_MACHINE_ARN", workflow.arn)
        yield workflow
