"""What only a person at a terminal agrees to, or YES=1 beforehand."""

import sys


def ask(question: str, otherwise: str) -> None:
    """Raises SystemExit, with what is so `otherwise`, when the answer is no or nobody is there to give it."""
    if not sys.stdin.isatty():
        raise SystemExit(f"{question} Nobody is here to ask: YES=1 agrees beforehand. {otherwise}")
    if input(f"{question} [y/N] ").strip().lower() not in ("y", "yes"):
        raise SystemExit(otherwise)
