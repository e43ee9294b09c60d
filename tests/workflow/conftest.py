"""The state machine executed by moto, with the real handlers against the real twin over HTTP."""

import functools as ft
import ssl
from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws
from moto.awslambda_simple.models import LambdaSimpleBackend
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.asl.utils.boto_client import boto_client_for

import functions.store_image.app
from local.twin import drawing, gallery
from local.twin.twin import Twin
from plantain.aws import client
from plantain.images.bucket import Images
from plantain.images.writer import ImageWriter
from plantain.network.dns import dns
from plantain.network.downloads import Downloads
from tests.conftest import REGION, make_cloud
from tests.s3_transport import S3Transport
from tests.workflow.clock import Clock, virtual_time
from tests.workflow.lambdas import Lambdas
from tests.workflow.machine import Workflow

clock = pytest.fixture(virtual_time)

DRAW_SECONDS = 3.0  # done at the first look


@pytest.fixture
def twin(clock: Clock, quick: None) -> Iterator[Twin]:
    with Twin(draw_seconds=DRAW_SECONDS, rate_limit=False, clock=clock) as twin:
        yield twin


# Slow to make and the same in every test: made once, however often moto, httpx and the twin ask for them.
_tls = ft.cache(ssl.create_default_context)
_draw = ft.cache(drawing.draw)


@ft.cache
def _lambda_client() -> Any:
    return boto_client_for(REGION, "lambda")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is left out, only not made again."""
    monkeypatch.setattr(ssl, "create_default_context", _tls)
    monkeypatch.setattr(gallery, "draw", _draw)
    monkeypatch.setattr(lambda_eval_utils, "boto_client_for", lambda **_: _lambda_client())


@pytest.fixture
def downloads(twin: Twin) -> Downloads:
    return Downloads(frozenset({twin.files_url}), dns())


@pytest.fixture
def workflow(settings: pytest.MonkeyPatch, twin: Twin, clock: Clock, downloads: Downloads) -> Iterator[Workflow]:
    settings.setenv("KIE_BASE_URL", twin.api_url)
    settings.setattr(functions.store_image.app, "downloads", lambda: downloads)
    lambdas = Lambdas()

    def invoke(*call: object) -> bytes:  # a function, so that the backend becomes its first argument
        return lambdas.invoke(*call)  # type: ignore[arg-type]

    settings.setattr(LambdaSimpleBackend, "invoke", invoke)
    with mock_aws(config={"stepfunctions": {"execute_state_machine": True}, "lambda": {"use_docker": False}}):
        cloud = make_cloud()
        cloud.secrets.put_secret_value(SecretId="kie-key", SecretString=twin.key)
        writer = ImageWriter(Images("images", client("s3")), S3Transport(cloud.s3))
        settings.setattr(functions.store_image.app, "image_writer", lambda: writer)
        workflow = Workflow(cloud, twin, lambdas, clock)
        settings.setenv("STATE_MACHINE_ARN", workflow.arn)
        yield workflow
