"""Runs the local cloud for the e2e tests: says where it is, and ends when its standard input does."""

import argparse
import json
import signal
import sys
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from local.cloud import SOURCES, WORKERS, LocalCloud

BERLIN = ZoneInfo("Europe/Berlin")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--wait-scale", type=float, required=True)
    parser.add_argument("--draw-seconds", type=float, required=True)
    parser.add_argument("--template", type=Path, default=SOURCES)
    parser.add_argument("--parameter", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--webhook-key", default="")
    parser.add_argument("--workers", type=int, default=WORKERS)
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    logs: list[str] = []
    with (
        suppress(KeyboardInterrupt),
        LocalCloud(
            draw_seconds=asked.draw_seconds,
            wait_scale=asked.wait_scale,
            template=asked.template,
            # DEBUG, because what must be in no log must not be in the longest one.
            parameters={
                "CorsOrigins": "https://app.example.com",
                "CallerRatePerMinute": "100000",
                "CreatesPerTenSeconds": "100000",
                "Budgets": '{"callers": {"poor": {"day": 0.3}}}',
                "LogLevel": "DEBUG",
                # Soon, and a trial: it must not spend what another test counts.
                "ScheduledExpression": f"at({datetime.now(BERLIN) + timedelta(seconds=10):%Y-%m-%dT%H:%M:%S})",
                "ScheduledTimezone": "Europe/Berlin",
                "ScheduledRequest": '{"prompt": "Kept in git, $date", "dry_run": true}',
                **dict(given.split("=", 1) for given in asked.parameter),
            },
            webhook_key=asked.webhook_key,
            workers=asked.workers,
            log_lines=lambda function, line: logs.append(f"{function} {line}"),
        ) as cloud,
    ):
        about = {
            "apiUrl": cloud.api_url,
            "endpoint": cloud.aws.endpoint,
            "twinUrl": cloud.kie.twin_url,
            "filesUrl": cloud.kie.files_url,
            "outputs": cloud.stack.outputs,
            "resources": cloud.stack.resources,
        }
        print(json.dumps(about), flush=True)
        for line in sys.stdin:
            if line.strip() == "logs":
                print(json.dumps(logs), flush=True)


if __name__ == "__main__":
    main()
