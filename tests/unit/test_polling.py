"""How long Kie.ai is believed and waited for."""

from dataclasses import replace
from itertools import cycle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantain.errors import UnexpectedAnswer
from plantain.job import Job
from plantain.steps.polling import (
    BLANK_LOOKS,
    TIMEOUT_GRACE,
    UNLISTED_GRACE,
    Pace,
    is_blank,
    judge,
    pace_with,
    unknown_seconds_left,
)
from plantain.task import KIE_TIMEOUT, Failed, Outcome, Running, Succeeded, Unlisted
from tests.builders import a_job

PACE = Pace(interval=3, usual=270, late_interval=30, late=24 * 3600)
NOW = 1_800_000_000_000
TIMEOUT = Failed(KIE_TIMEOUT, "generate task timeout.")


def judged(outcome: Outcome, job: Job | None = None, *, blanks: int = 0) -> object:
    return judge(outcome, job or a_job(accepted_at=NOW), blanks=blanks, pace=PACE, now=NOW)


def aged(seconds: int) -> Job:
    return a_job(accepted_at=NOW - seconds * 1000)


def test_a_task_kie_does_not_list_yet_is_running_for_ninety_seconds() -> None:
    assert UNLISTED_GRACE == 90_000
    assert judged(Unlisted(), a_job(accepted_at=NOW - 89_999)) == Running("pending")
    lost = a_job(accepted_at=NOW - 90_000)
    assert judged(Unlisted(), lost, blanks=4) == Running("pending")
    with pytest.raises(UnexpectedAnswer) as raised:
        judged(Unlisted(), lost, blanks=5)
    assert raised.value.code == "upstream-task-lost"


def test_only_answers_that_cannot_be_true_are_blank() -> None:
    young, old = a_job(accepted_at=NOW - 89_999), a_job(accepted_at=NOW - 90_000)

    assert is_blank(Succeeded(()), young, NOW)
    assert is_blank(Unlisted(), old, NOW)
    assert not is_blank(Unlisted(), young, NOW)
    assert not is_blank(Succeeded(("https://a/1",)), old, NOW)
    assert not is_blank(Running("pending"), old, NOW)


def test_a_timeout_is_believed_two_minutes_after_kie_first_said_so() -> None:
    assert TIMEOUT_GRACE == 120_000
    assert judged(TIMEOUT) == Running("processing")
    assert judged(TIMEOUT, a_job(accepted_at=NOW - 200_000, timeout_seen_at=NOW - 119_999)) == Running(
        "processing"
    )
    assert judged(TIMEOUT, a_job(accepted_at=NOW - 200_000, timeout_seen_at=NOW - 120_000)) == Failed(
        KIE_TIMEOUT, "generate task timeout.", "unknown"
    )


def test_a_success_without_an_image_is_asked_again_five_times() -> None:
    assert BLANK_LOOKS == 5
    assert judged(Succeeded((), credits=18.0), blanks=4) == Running("processing")

    verdict = judged(Succeeded((), credits=18.0), blanks=5)

    assert isinstance(verdict, Failed)
    assert (verdict.code, verdict.charged) == ("upstream-invalid-result", "yes")


def test_a_success_without_an_image_or_a_price_leaves_open_what_it_cost() -> None:
    verdict = judged(Succeeded(()), blanks=5)

    assert isinstance(verdict, Failed)
    assert verdict.charged == "unknown"


@pytest.mark.parametrize("outcome", [Running("pending"), Succeeded(("https://a/1",)), Failed("kie-failed", "no")])
def test_everything_else_counts_at_once(outcome: Outcome) -> None:
    assert judged(outcome) == outcome


def test_a_task_is_looked_at_ever_more_rarely_once_it_is_late() -> None:
    ages = [0, 269, 270, 600, 609.9, 3600, 9000, 80_000]

    assert [PACE.wait_at(age) for age in ages] == [3, 3, 30, 60, 60, 360, 900, 900]
    assert [PACE.is_late(age) for age in (269, 270)] == [False, True]


def test_how_often_and_how_long_is_for_the_stack_to_say(settings: pytest.MonkeyPatch) -> None:
    assert pace_with(rings=False) == PACE
    assert pace_with(rings=True) == replace(PACE, safety=60)


def test_a_lost_answer_is_waited_for_as_long_as_the_stack_says(settings: pytest.MonkeyPatch) -> None:
    assert unknown_seconds_left(a_job(unknown_since=None), NOW) == 15 * 60
    assert unknown_seconds_left(a_job(unknown_since=NOW - 600_500), NOW) == 15 * 60 - 600


def test_where_kie_rings_it_is_looked_at_rarely_from_the_start() -> None:
    rings = replace(PACE, safety=60)

    assert [rings.wait_at(age) for age in (15, 269, 270, 600, 3600)] == [60, 60, 60, 60, 360]


def test_where_kie_rings_nobody_looks_before_most_tasks_have_rung() -> None:
    rings = replace(PACE, safety=60)

    assert [age + rings.wait_at(age) for age in (0, 3, 14, 15, 75)] == [75, 75, 75, 75, 135]


def test_a_job_past_every_patience_ends_timed_out_with_its_price_unknown() -> None:
    last = 270 + 24 * 3600
    assert judged(Running("pending"), aged(last - 1)) == Running("pending")

    verdict = judged(Running("pending"), aged(last))

    assert isinstance(verdict, Failed)
    assert (verdict.code, verdict.charged) == ("timed-out", "unknown")


def test_a_success_that_comes_last_is_still_a_success() -> None:
    assert judged(Succeeded(("https://a/1",)), aged(90_000)) == Succeeded(("https://a/1",))


@given(
    outcomes=st.lists(
        st.sampled_from([Running("pending"), Running("processing"), Unlisted(), Succeeded(()), TIMEOUT]),
        min_size=1,
    )
)
def test_no_sequence_of_answers_polls_for_ever(outcomes: list[Outcome]) -> None:
    """Nor often: a day of looks is less than two hundred."""
    age, blanks = 0, 0
    for looks, outcome in enumerate(cycle(outcomes), start=1):
        age += PACE.wait_at(age)
        try:
            verdict = judged(outcome, aged(age), blanks=blanks)
        except UnexpectedAnswer:
            return
        blanks += is_blank(outcome, aged(age), NOW)
        if isinstance(verdict, Failed):
            assert looks < 300
            return
