"""`python -m local up | demo | demo-drop | key`: Plantain without a cloud account."""

import argparse
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

# The layer lies where Lambda expects it, not on Python's path.
sys.path.insert(0, str(Path(__file__).parent.parent / "layers" / "plantain"))


def main() -> int:
    """Run the asked command; 0 when it went well, 1 when not, 2 for a command that cannot be understood."""
    # Until something has been started a signal simply ends us: an interrupt within an import can get lost.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    run = _command(_arguments())
    # From here on Ctrl-C, a plain kill and the end of the terminal stop everything that was started.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup means to stay
            signal.signal(number, signal.default_int_handler)
    _speak_to_this_machine_directly()
    try:
        return run()
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    except OSError as error:
        if error.filename is None:
            raise
        raise SystemExit(f"Stopped: {error.filename} cannot be used ({error.strerror}).") from None


def _speak_to_this_machine_directly() -> None:
    """Whatever proxy there is for the world outside: all that runs here lies on loopback."""
    for name in ("no_proxy", "NO_PROXY"):
        os.environ[name] = ",".join(filter(None, [os.environ.get(name), "127.0.0.1", "localhost"]))


def _command(asked: argparse.Namespace) -> Callable[[], int]:
    kie = getattr(asked, "kie", "twin")
    if kie not in ("twin", "real"):
        raise SystemExit(f"KIE is {kie!r}, but it must be twin, which is free, or real, which spends money.")
    real = kie == "real"
    if asked.command == "demo":
        from local.demo import demo

        return partial(demo, asked.prompt, real=real, yes=asked.yes, logs=asked.logs)
    if asked.command == "demo-drop":
        from local.drop_demo import demo_drop

        return partial(demo_drop, yes=asked.yes, logs=asked.logs)
    if asked.command == "up":
        from local.up import up
        from scripts.deploy import named, words

        return partial(
            up,
            real=real,
            draw_seconds=asked.draw_seconds,
            state=asked.state,
            parameters=named(words("PARAMETERS", asked.parameters)),
            logs=asked.logs,
        )
    from local.keys import make_key

    return partial(make_key, asked.name, asked.stack)


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds <= 3600:
        raise argparse.ArgumentTypeError("must be 0 to 3600 seconds")
    return seconds


def _folder(text: str) -> Path:
    folder = Path(text)
    if folder.exists() and not folder.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is not a folder")
    return folder


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local", description="Plantain on this machine.")
    commands = parser.add_subparsers(required=True, dest="command", metavar="COMMAND")

    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--kie", default="twin", help="twin, or real, which spends money at Kie.ai")
    shared.add_argument("--logs", action="store_true", help="show what the Lambda functions log")

    demo = commands.add_parser("demo", parents=[shared], help="make one image and show the way it takes")
    demo.add_argument("--prompt", default="", help="what to draw")
    demo.add_argument("--yes", action="store_true", help="do not ask before spending")

    drop = commands.add_parser("demo-drop", help="drop files into what runs here, and show the pictures arriving")
    drop.add_argument("--logs", action="store_true", help="show what the Lambda functions of an own stack log")
    drop.add_argument("--yes", action="store_true", help="do not ask before spending")

    up = commands.add_parser("up", parents=[shared], help="keep everything running and say how to call it")
    up.add_argument("--state", type=_folder, metavar="DIR", help="keep jobs and images in DIR for the next time")
    up.add_argument("--parameters", default="", help="of the template: Name=value …, quoted as in a shell")
    up.add_argument("--draw-seconds", type=_seconds, default=5.0, help="how long the twin draws (default 5)")

    key = commands.add_parser("key", help="make an API key for a caller and show it once")
    key.add_argument("name", help="the caller's name")
    key.add_argument("--stack", default="", help="a stack in AWS instead of the one that runs here")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
