"""The whole of Plantain on this machine: the embedded AWS with the stack in it, and a Kie.ai to ask."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from local.aws.deploy import Stack, deploy
from local.aws.emulator import EmbeddedAws
from plantain_client.operator.api_keys import ApiKeys

ROOT = Path(__file__).parent.parent
SOURCES = ROOT / "template.yaml"
VENDOR_LAYER = ROOT / ".build" / "vendor"
TWIN_KEY = "twin-key"
# In the order in which a first image needs them.
SOON_CALLED = ("Authorize", "SubmitJob", "CreateTask", "GetStatus", "CheckStatus", "StoreImage", "GetImage")
WORKERS = 16  # Lambda processes at the most, about 50 MB each
_TWIN_END_SECONDS = 1.5


@dataclass(frozen=True)
class KieAi:
    """Which Kie.ai the stack asks: template parameters, and if it is the twin, where it and its files are."""

    parameters: dict[str, str]
    twin_url: str | None = None
    files_url: str | None = None


def real_kie(api_key: str) -> KieAi:
    """Kie.ai itself, which costs money and cannot reach this machine."""
    return KieAi({"KieApiKey": api_key, "CallbackBaseUrl": "none"})


class TwinProcess:
    """The twin of Kie.ai in a process of its own, so that its drawing slows nothing else down."""

    def __init__(self, draw_seconds: float, *options: str) -> None:
        self._command = [sys.executable, "-m", "local.twin", "--draw-seconds", str(draw_seconds), *options]

    def __enter__(self) -> Self:
        # In a group of its own: a Ctrl-C in the terminal is ours to pass on, in our order.
        self._process = subprocess.Popen(
            self._command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        return self

    def ready(self) -> KieAi:
        """Where it is; waits until it is there."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the Kie.ai twin did not start")
        urls = json.loads(line)
        parameters = {"KieBaseUrl": urls["apiUrl"], "KieUploadUrl": urls["apiUrl"], "KieApiKey": TWIN_KEY}
        return KieAi(parameters, urls["apiUrl"], urls["filesUrl"])

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(_TWIN_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()


class LocalCloud:
    """`with LocalCloud(...) as cloud:` and then `cloud.api_url`, `cloud.create_key("me")`, `cloud.aws`.

    `kie` is Kie.ai itself or None for the twin, which draws for `draw_seconds`. `parameters` go to the
    template: that of the sources, or one that `sam build` has made. With a `webhook_key` the twin signs its
    callbacks, and who does not is turned away. The other arguments are those of EmbeddedAws.
    """

    def __init__(
        self,
        kie: KieAi | None = None,
        *,
        draw_seconds: float = 5.0,
        twin_options: tuple[str, ...] = (),
        parameters: dict[str, str] | None = None,
        template: Path = SOURCES,
        state_dir: Path | None = None,
        wait_scale: float = 1.0,
        log_lines: Callable[[str, str], None] | None = None,
        webhook_key: str = "",
        workers: int = WORKERS,
    ) -> None:
        self._kie = kie
        signing = ("--webhook-key", webhook_key) if webhook_key else ()
        self._twin = TwinProcess(draw_seconds, *twin_options, *signing)
        self._webhook_key = webhook_key
        self._parameters = parameters or {}
        self._template = template
        self.aws = EmbeddedAws(state_dir, wait_scale, log_lines, workers, ROOT / ".build" / "lambda")

    def __enter__(self) -> Self:
        with ExitStack() as started:
            if self._kie is None:
                started.enter_context(self._twin)
            started.enter_context(self.aws)
            self.kie = self._kie or self._twin.ready()
            if self.kie.twin_url:
                self._let_it_ring(self.kie.twin_url)
            self.stack: Stack = deploy(
                self.aws,
                self._template,
                parameters={
                    "Architecture": "arm64" if os.uname().machine in ("arm64", "aarch64") else "x86_64",
                    # Pictures may lie in the embedded S3 or with the twin, both on loopback.
                    "TrustedOrigins": ",".join(filter(None, [self.aws.endpoint, self.kie.files_url])),
                    **self.kie.parameters,
                    **self._kept_webhook_key(),
                    **self._parameters,
                },
                layer_dirs={"VendorLayer": VENDOR_LAYER} if self._template == SOURCES else {},
            )
            self._end_what_was_running()
            self.aws.prepare(*(self.stack.resources[f"{name}Function"] for name in SOON_CALLED))
            self._started = started.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._started.__exit__(kind, error, trace)

    @property
    def api_url(self) -> str:
        return self.stack.api_url

    @property
    def bucket(self) -> str:
        return self.stack.outputs["ImagesBucketName"]

    def create_key(self, name: str) -> str:
        """An API key for the caller `name`."""
        return ApiKeys(self.stack.outputs["ApiKeysTableName"], self.aws.client("dynamodb")).create(name)

    def job_record(self, task_id: str) -> dict[str, Any]:
        """A job's item as it lies in the table."""
        item: dict[str, Any] = self.aws.client("dynamodb").get_item(
            TableName=self.stack.outputs["JobsTableName"], Key={"id": {"S": f"job#{task_id}"}}
        )["Item"]
        return item

    def _let_it_ring(self, twin_url: str) -> None:
        """Callbacks to the stack's API come to this machine's."""
        settings = {"executeApi": self.aws.endpoint}
        httpx.post(f"{twin_url}/_twin/settings", json=settings, trust_env=False).raise_for_status()

    def _kept_webhook_key(self) -> dict[str, str]:
        """The parameter that names its secret, which people make themselves."""
        if not self._webhook_key:
            return {}
        secrets = self.aws.client("secretsmanager")
        kept = secrets.create_secret(Name="kie-webhook-key", SecretString=self._webhook_key)
        return {"KieWebhookSecretArn": kept["ARN"]}

    def _end_what_was_running(self) -> None:
        """The embedded AWS does not take up executions of an earlier run: their jobs are told that they ended."""
        steps, functions = self.aws.client("stepfunctions"), self.aws.client("lambda")
        machine = self.stack.outputs["StateMachineArn"]
        for page in steps.get_paginator("list_executions").paginate(stateMachineArn=machine):
            for execution in page["executions"]:
                if execution["status"] != "SUCCEEDED":
                    # A job that is final already is left as it is.
                    ended = {"detail": {"name": execution["name"], "status": "ABORTED"}}
                    functions.invoke(
                        FunctionName=self.stack.resources["RecordEndFunction"], Payload=json.dumps(ended)
                    )
