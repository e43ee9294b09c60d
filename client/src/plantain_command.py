"""The `plantain` command from its first moment on: a Ctrl-C while its parts are still loaded ends it, silently."""

import signal


def main() -> int:
    """The exit code of `plantain_client.cli`."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:  # in the background it may be ignored
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from plantain_client.cli.main import main as run

    signal.signal(signal.SIGINT, before)
    return run()
