"""What is needed to run one Lambda function, read from the record that ministack keeps of it."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.aws.code_store import CodeStore

# Lambda sets these itself; a template that tries to set them is refused there.
RESERVED = (
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_TASK_ROOT",
    "_HANDLER",
)


@dataclass(frozen=True)
class Function:
    """One deployed version of a function. Two with equal fields can share warm children.

    `timeout` in seconds. `environment` is all that the child sees, but for the address of its Runtime API and
    its own temporary folder.
    """

    name: str
    arn: str
    timeout: float
    folder: Path
    environment: tuple[tuple[str, str], ...]

    @property
    def command(self) -> list[str]:
        # -S: without it the development environment's packages would hide what a layer lacks
        return [sys.executable, "-S", "-m", "awslambdaric", dict(self.environment)["_HANDLER"]]


def function_of(
    config: Mapping[str, Any],
    code: bytes,
    layers: list[bytes],
    credentials: Mapping[str, str],
    endpoint: str,
    store: CodeStore,
) -> Function:
    """Build the child's environment from nothing, as Lambda does, so that none of ours can leak into it."""
    folder = store.folder(code)
    opt = [store.folder(layer) for layer in layers]
    region = str(config["FunctionArn"]).split(":")[3]
    logging = config.get("LoggingConfig") or {}
    own = {
        k: str(v) for k, v in (config.get("Environment") or {}).get("Variables", {}).items() if k not in RESERVED
    }
    commands = [*(str(layer / "bin") for layer in opt), "/usr/local/bin", "/usr/bin", "/bin"]
    packages = [folder, *(layer / "python" for layer in opt), store.runtime]
    environment = {
        "AWS_ENDPOINT_URL": endpoint,
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PATH": os.pathsep.join(commands),
        **own,
        **credentials,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{config.get('Runtime', 'python3.13')}",
        "AWS_LAMBDA_FUNCTION_NAME": config["FunctionName"],
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(config.get("MemorySize", 128)),
        "AWS_LAMBDA_FUNCTION_VERSION": config.get("Version", "$LATEST"),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_FORMAT": "JSON" if logging.get("LogFormat") == "JSON" else "TEXT",
        "AWS_LAMBDA_LOG_GROUP_NAME": logging.get("LogGroup") or f"/aws/lambda/{config['FunctionName']}",
        "AWS_LAMBDA_LOG_STREAM_NAME": "local",
        "LAMBDA_TASK_ROOT": str(folder),
        "_HANDLER": config.get("Handler", "app.handler"),
        "PYTHONPATH": os.pathsep.join(map(str, packages)),
    }
    if level := logging.get("ApplicationLogLevel"):
        environment["AWS_LAMBDA_LOG_LEVEL"] = level
    return Function(
        config["FunctionName"],
        config["FunctionArn"],
        float(config.get("Timeout") or 3),
        folder,
        tuple(sorted(environment.items())),
    )
