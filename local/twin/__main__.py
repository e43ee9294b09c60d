"""`python -m local.twin`: the twin as its own process; ends with its parent, on SIGTERM and on Ctrl-C."""

import argparse
import json
import os
import signal
import threading

from local.twin.scripts import as_text
from local.twin.twin import Twin

_LOOK_AT_PARENT_EVERY = 0.5  # seconds


def main() -> None:
    asked = _arguments()
    if asked.scripts:
        print(as_text())
        return
    parent = os.getppid()
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    twin = Twin(
        port=asked.port,
        files_port=asked.files_port,
        draw_seconds=asked.draw_seconds,
        key=asked.key,
        webhook_key=asked.webhook_key,
        allowed_hosts=tuple(asked.allow_host),
        rate_limit=not asked.no_rate_limit,
        balance=asked.balance,
        fields=asked.fields,
    )
    try:
        twin.start()
    except (OSError, OverflowError) as error:
        raise SystemExit(f"The twin cannot listen on port {asked.port}, {asked.files_port}: {error}.") from None
    print(json.dumps({"apiUrl": twin.api_url, "filesUrl": twin.files_url}), flush=True)
    while not over.wait(_LOOK_AT_PARENT_EVERY) and os.getppid() == parent:
        pass
    twin.stop()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m local.twin", description="A local stand-in of the Kie.ai API."
    )
    parser.add_argument("--port", type=int, default=0, help="of the API; 0 takes a free one")
    parser.add_argument("--files-port", type=int, default=0, help="of the origin that serves results")
    parser.add_argument("--draw-seconds", type=float, default=5.0, help="how long a task runs")
    parser.add_argument("--key", default="twin-key", help="the Bearer key that is accepted")
    parser.add_argument("--webhook-key", default="", help="signs callbacks")
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="HOST",
        help="may be called for input images and callbacks, besides loopback; repeatable",
    )
    parser.add_argument("--no-rate-limit", action="store_true", help="more than 20 creates in 10 s")
    parser.add_argument("--balance", type=float, default=10_000.0, help="in credits")
    parser.add_argument("--fields", choices=("new", "old"), default="new", help="since or before September 2026")
    parser.add_argument("--scripts", action="store_true", help="print everything it can play, and end")
    return parser.parse_args()


if __name__ == "__main__":
    main()
