"""An empty embedded AWS in a process of its own: says where it is, and ends when its standard input does."""

import sys

from local.aws.emulator import EmbeddedAws

if __name__ == "__main__":
    with EmbeddedAws() as aws:
        print(aws.endpoint, flush=True)
        sys.stdin.read()
