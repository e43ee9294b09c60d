"""The settings ministack reads from the process environment, and how to take them back."""

import os
from pathlib import Path

REGION = "us-east-1"
ACCOUNT = "000000000000"
# ministack takes this key for the account's root, whom no policy can refuse anything.
ADMIN_KEY = ADMIN_SECRET = "test"  # noqa: S105 - opens nothing but the emulator
# A developer's real credentials would be taken for the root's too, and real endpoints would be called.
_REMOVED = (
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_ENDPOINT_URL",
    "SERVICES",
    "LOCALSTACK_HOSTNAME",
    "LOCALSTACK_PERSISTENCE",
    "USE_SSL",
    "LAMBDA_STRICT",
    "DOCKER_HOST",
)


def settings(port: int, scratch: Path, state: Path | None, wait_scale: float) -> dict[str, str]:
    kept = state or scratch
    persist = "1" if state else "0"
    return {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,  # the SAM translator asks for it
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "AWS_ACCESS_KEY_ID": ADMIN_KEY,
        "AWS_SECRET_ACCESS_KEY": ADMIN_SECRET,
        "AUTH": "true",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LAMBDA_EXECUTOR": "local",
        # Our pool queues; what AWS refuses beyond is its own default of 1,000 at once.
        "LAMBDA_ACCOUNT_CONCURRENCY": "1000",
        "SFN_WAIT_SCALE": str(wait_scale),
        "PERSIST_STATE": persist,
        "STATE_DIR": str(kept / "services"),
        "S3_PERSIST": persist,
        "S3_DATA_DIR": str(kept / "s3"),
        "LOG_LEVEL": "WARNING",
    }


class ProcessEnvironment:
    """Sets variables of this process, and puts back what was there."""

    def __init__(self) -> None:
        self._before: dict[str, str | None] = {}

    def set(self, values: dict[str, str]) -> None:
        self._before = {name: os.environ.get(name) for name in (*values, *_REMOVED)}
        for name in _REMOVED:
            os.environ.pop(name, None)
        os.environ.update(values)

    def restore(self) -> None:
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
