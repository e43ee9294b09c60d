"""How long Kie.ai is believed and waited for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantain.errors import UnexpectedAnswer
from plantain.job import Job
from plantain.polling import BLANK_LOOKS, TIMEOUT_GRACE, UNLISTED_GRACE, Pace, is_blank, judge
from plantain.task import KIE_TIMEOUT, Failed, Outcome, Running, Succeeded, Unlisted
from tests.builders import a_job

PACE = Pace(interval=3, attempts=90, late_interval=30, late_attempts=120)
NOW = 1_800_000_000_000
TIMEOUT = Failed(KIE_TIMEOUT, "generate task timeout.")


def judged(outcome: Outcome, job: Job | None = None, *, looks: int = 1, blanks: int = 0) -> object:
    return judge(outcome, job or a_job(accepted_at=NOW), looks=looks, blanks=blanks, pace=PACE, now=NOW)


def test_a_task_kie_does_not_list_yet_is_running_for_ninety_seconds() -> None:
    assert UNLISTED_GRACE == 90_000
    assert judged(Unlisted(), a_job(accepted_at=NOW - 89_999)) == Running("pending")
    lost = a_job(accepted_at=NOW - 90_000)
    assert judged(Unlisted(), lost, blanks=4) == Running("pending")
    with pytest.raises(UnexpectedAnswer):
        judged(Unlisted(), lost, blanks=5)


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
    assert judged(TIMEOUT, a_job(timeout_seen_at=NOW - 119_999)) == Running("processing")
    assert judged(TIMEOUT, a_job(timeout_seen_at=NOW - 120_000)) == Failed(
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


def test_a_late_job_goes_on_more_rarely_and_ends_timed_out_with_its_price_unknown() -> None:
    assert PACE.wait_after(89) == 3
    assert PACE.wait_after(90) == 30
    assert judged(Running("pending"), looks=209) == Running("pending")

    verdict = judged(Running("pending"), looks=210)

    assert isinstance(verdict, Failed)
    assert (verdict.code, verdict.charged) == ("timed-out", "unknown")


def test_a_success_on_the_last_look_is_still_a_success() -> None:
    assert judged(Succeeded(("https://a/1",)), looks=210) == Succeeded(("https://a/1",))


@given(
    outcomes=st.lists(
        st.sampled_from([Running("pending"), Running("processing"), Unlisted(), Succeeded(()), TIMEOUT]),
        min_size=210,
    )
)
def test_no_sequence_of_answers_polls_for_ever(outcomes: list[Outcome]) -> None:
    blanks = 0
    for looks, outcome in enumerate(outcomes, start=1):
        verdict = judged(outcome, looks=looks, blanks=blanks)
        blanks += outcome == Succeeded(())
        if isinstance(verdict, Failed):
            return
    pytest.fail("still running after every look")
