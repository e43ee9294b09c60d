"""Never pay twice, whatever dies, is lost, is doubled or comes late: random schedules of the real code.

A seed that fails is played again, with all that happens in it, by `python -m tests.crashes SEED`.
"""

import os

import pytest

from tests.crashes.seams import installed, play

# `make test-slow` plays 2,400, `make bench ARGS=crashes` 50,000.
SCHEDULES = int(os.environ.get("CRASH_SCHEDULES", "300"))
PARTS = 2  # beside one another, where tests are


@pytest.mark.parametrize("part", range(PARTS))
def test_no_schedule_breaks_a_promise(part: int) -> None:
    with installed():
        for seed in range(part, SCHEDULES, PARTS):
            outcome = play(seed)
            assert not outcome.broken, "\n".join([*outcome.trace, f"python -m tests.crashes {seed}"])


def test_the_same_number_is_the_same_schedule() -> None:
    with installed():
        first = [play(seed) for seed in range(10)]
        again = [play(seed) for seed in range(10)]

    assert first == again
    assert all(outcome.counts["runs of functions"] for outcome in first)
