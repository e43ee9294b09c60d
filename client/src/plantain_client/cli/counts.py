"""A count as it is typed behind an option."""

import argparse
import sys


def count(text: str) -> int:
    """A whole number from 1. Raises ArgumentTypeError."""
    if not text.isdecimal() or not 0 < int(text) < sys.maxsize:
        raise argparse.ArgumentTypeError("must be a whole number from 1")
    return int(text)
