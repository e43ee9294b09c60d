"""`python -m local up | demo | key`: Plantain without a cloud account."""

import argparse
import signal
import sys
from pathlib import Path

# The layer lies where Lambda expects it, not on Python's path.
sys.path.insert(0, str(Path(__file__).parent.parent / "layers" / "plantain"))


def main() -> int:
    """Run the asked command; 0 when it went well, 1 when not, 2 for a command that cannot be understood."""
    asked = _arguments()
    # A plain kill ends as a Ctrl-C does: everything that was started is stopped.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return int(asked.run(asked))
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130


def _demo(asked: argparse.Namespace) -> int:
    from local.demo import demo

    return demo(asked.prompt, real=asked.kie == "real", yes=asked.yes, logs=asked.logs)


def _up(asked: argparse.Namespace) -> int:
    from local.up import up

    return up(real=asked.kie == "real", draw_seconds=asked.draw_seconds, state=asked.state, logs=asked.logs)


def _key(asked: argparse.Namespace) -> int:
    from local.keys import make_key

    return make_key(asked.name, asked.stack)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local", description="Plantain on this machine.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--kie", choices=("twin", "real"), default="twin", help="real spends money at Kie.ai")
    shared.add_argument("--logs", action="store_true", help="show what the Lambda functions log")

    demo = commands.add_parser("demo", parents=[shared], help="make one image and show the way it takes")
    demo.add_argument("--prompt", default="", help="what to draw")
    demo.add_argument("--yes", action="store_true", help="do not ask before spending")
    demo.set_defaults(run=_demo)

    up = commands.add_parser("up", parents=[shared], help="keep everything running and say how to call it")
    up.add_argument("--state", type=Path, metavar="DIR", help="keep jobs and images in DIR for the next time")
    up.add_argument("--draw-seconds", type=float, default=5.0, help="how long the twin draws (default 5)")
    up.set_defaults(run=_up)

    key = commands.add_parser("key", help="make an API key for a caller and show it once")
    key.add_argument("name", help="the caller's name")
    key.add_argument("--stack", default="", help="a stack in AWS instead of the one that runs here")
    key.set_defaults(run=_key)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
