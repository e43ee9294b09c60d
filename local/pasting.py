"""The lines that let a terminal use what runs here, with the AWS CLI and with our own command, in any folder."""

import shlex
import sys
from pathlib import Path

from local.aws.environment import ADMIN_KEY, ADMIN_SECRET, REGION
from local.cloud import ROOT
from local.running import Running

AWS_CLI = ROOT / ".tools" / "aws" / "bin" / "aws"


def aws_settings(cloud: Running) -> dict[str, str]:
    """What leads the AWS CLI and SDKs there, by the names of their variables."""
    return {
        "AWS_ENDPOINT_URL": cloud.endpoint,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": ADMIN_KEY,
        "AWS_SECRET_ACCESS_KEY": ADMIN_SECRET,
    }


def lines_to_paste(cloud: Running) -> list[str]:
    """Where the commands are, how the AWS CLI gets there, and what the buckets are called."""
    # `plantain` was installed beside our own Python, which comes first: the AWS CLI has one of its own.
    folders = f"{Path(sys.executable).parent.absolute()}:{AWS_CLI.parent.absolute()}"
    return [
        f'export PATH={shlex.quote(folders)}:"$PATH"',
        "unset AWS_PROFILE AWS_SESSION_TOKEN",  # a person's own would be asked for, or sent along
        *map(_export, _parted(aws_settings(cloud))),
        _export({"INBOX": cloud.inbox, "IMAGES": cloud.images}),
    ]


def _parted(settings: dict[str, str]) -> list[dict[str, str]]:
    """Where it is, and who asks: a line each, so that neither is wider than a terminal."""
    keys = {name: value for name, value in settings.items() if name.endswith(("KEY", "KEY_ID"))}
    return [{name: value for name, value in settings.items() if name not in keys}, keys]


def _export(values: dict[str, str]) -> str:
    return "export " + " ".join(f"{name}={shlex.quote(value)}" for name, value in values.items())
