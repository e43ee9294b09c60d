"""Play schedules again by their numbers, with all that happens in them: `python -m tests.crashes 4711`."""

import sys

from tests.crashes.seams import installed, play

if __name__ == "__main__":
    with installed():
        for text in sys.argv[1:]:
            outcome = play(int(text))
            print("\n".join(outcome.trace), outcome.broken, outcome.counts, sep="\n")
