"""Serves the sample stack from a process of its own, as ministack can start only once in each.

Prints one line of JSON when the stack is deployed, and stops at the end of its standard input.
"""

import argparse
import json
import signal
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from local.aws.deploy import deploy
from local.aws.emulator import EmbeddedAws
from local.aws.mends import ALL

TEMPLATE = Path(__file__).with_name("template.yaml")


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--unmended", action="store_true")
    arguments.add_argument("--state", type=Path)
    options = arguments.parse_args()
    # In a background job of a script SIGINT is ignored, and Python leaves it so.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    mends = () if options.unmended else ALL
    started = time.monotonic()
    with EmbeddedAws(state_dir=options.state, wait_scale=0.05, workers=4, mends=mends) as aws:
        up = time.monotonic()
        stack = deploy(aws, TEMPLATE, "sample", {"SecretText": "first"})
        figures = {"start": up - started, "deploy": time.monotonic() - up}
        say({"endpoint": aws.endpoint, **asdict(stack), **figures})
        for line in sys.stdin:
            # an update: the path of another template and its parameters
            request = json.loads(line)
            stack = deploy(aws, Path(request["template"]), "sample", request["parameters"])
            say({"endpoint": aws.endpoint, **asdict(stack)})


def say(about: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(about) + "\n")
    sys.stdout.flush()


main()
