"""A schedule's document: what may stand there, what changes from run to run, and how faults are named."""

import datetime as dt
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantain.faults import InvalidRequest
from plantain.models import MODELS
from plantain.reports.problem_lines import problem_lines
from plantain.schedules.check import check_schedule, check_schedule_request
from plantain.schedules.filling import filled, turns_of
from plantain.schedules.schedule import MAX_REQUESTS, SCHEDULE_NAME, Schedule
from plantain.wishes.terms import Terms
from tests.pages import blocks, section

NOW = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
TERMS = Terms(MODELS["nano-banana-pro"], "schedules/leaf", from_inbox=True)
LEAF = """\
cron = "0 9 ? * MON *"
timezone = "Europe/Berlin"
flexible_minutes = 10
on_missed = "run_once"
end = 2027-06-30

[[requests]]
prompt = "A leaf of $topic on $date"
rotate.topic = ["tea", "coffee"]
output_format = "jpg"

[[requests]]
preset = "quote-card"
variables.quote = { rotate = ["One $date", "Two"] }
variables.week = "$week"
"""


def checked(text: str) -> Schedule:
    return check_schedule(tomllib.loads(text), TERMS, NOW)


def faults(text: str) -> list[str]:
    with pytest.raises(InvalidRequest) as invalid:
        checked(text)
    return problem_lines(invalid.value.faults, text)


def test_a_whole_schedule() -> None:
    schedule = checked(LEAF)

    assert schedule.recurrence.next_runs(NOW, 1) == [dt.datetime(2026, 11, 30, 8, tzinfo=dt.UTC)]
    assert (schedule.enabled, schedule.flexible_minutes) == (True, 10)
    assert (schedule.on_missed, schedule.overlap) == ("run_once", "skip")
    assert schedule.document["end"] == "2027-06-30"
    assert len(schedule.requests) == 2


def test_a_kept_document_means_what_was_written() -> None:
    schedule = checked(LEAF)

    again = check_schedule(schedule.document, TERMS, NOW)

    assert again == schedule


ONE = "[[requests]]\nprompt = 'x'"
DAILY = f"rate = '1 day'\n{ONE}\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[requests]]\nprompt = 'x'", "needs exactly one of cron, rate and at"),
        (f"rate = '1 day'\ncron = '0 9 * * ? *'\n{ONE}", "needs exactly one of"),
        (f"\ncron = '0 9 * * MON *'\n{ONE}", "line 2, cron: must have a ?"),
        (f"rate = '1 day'\ntimezone = 'Berlin'\n{ONE}", "line 2, timezone: must be the IANA"),
        (f"at = 2026-11-23T08:59:59Z\n{ONE}", "line 1, at: would never run"),
        (f"rate = '1 day'\nend = 2026-11-22\n{ONE}", "line 1, rate: would never run"),
        (f"rate = '1 day'\nstart = 'soon'\n{ONE}", "line 2, start: must be a date and time"),
        (f"rate = '1 day'\nend = 09:00:00\n{ONE}", "line 2, end: must be a date and time"),
        (f"rate = '1 day'\nenabled = 'no'\n{ONE}", "line 2, enabled: "),
        (f"rate = '1 day'\nflexible_minutes = 1441\n{ONE}", "line 2, flexible_minutes: must be at most 1440"),
        (f"rate = '1 day'\non_missed = 'run'\n{ONE}", "line 2, on_missed: must be 'skip' or 'run_once'"),
        (f"rate = '1 day'\noverlap = 'wait'\n{ONE}", "line 2, overlap: must be 'skip' or 'run'"),
        (f"rate = '1 day'\ncolour = 'red'\n{ONE}", "line 2, colour: is not a known field"),
        ("rate = '1 day'", "requests: is required"),
        ("rate = '1 day'\nrequests = []", "line 2, requests: must hold 1 to 20 requests"),
        ("rate = '1 day'\n[[requests]]\nresolution = '2K'", "needs a prompt, or the name of a preset"),
        (f"{DAILY}resolution = '9K'", "line 4, requests, entry 1, resolution: must be one of"),
        (f"{DAILY}[[requests]]\nprompt = '$you'", "line 5, requests, entry 2, prompt: names $you"),
        ("rate = '1 day'\n[[requests]]\nprompt = 'for $5'", "line 3, requests, entry 1, prompt: holds a $"),
        (f"{DAILY}rotate = ['a']", "rotate: must be a table of lists"),
        (f"{DAILY}rotate.topic = []", "rotate.topic: must be a list of 1 to 366"),
        (f"{DAILY}rotate.topic = [true]", "must hold texts and numbers only"),
        (f"{DAILY}rotate.date = ['a']", "rotate.date: must be called"),
        ("rate = '1 day'\n[[requests]]\npreset = 'x'\nvariables.y.rotate = []", "must be a list of 1 to 366"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_line(text: str, said: str) -> None:
    assert any(said in line for line in faults(text)), faults(text)


def test_faults_of_all_requests_and_all_turns_are_named_at_once() -> None:
    text = (
        "rate = '1 day'\n[[requests]]\nprompt = '$a'\n[[requests]]\nprompt = '$long'\n"
        f"rotate.long = ['short', '{'x' * 10_001}']\n"
    )
    lines = faults(text)

    assert len(lines) == 2
    assert "names $a" in lines[0]
    assert "must be at most 10000 characters" in lines[1]


def test_a_bad_time_hides_no_other_fault() -> None:
    text = (
        "cron = '0 9 * * MON *'\ntimezone = 'Berlin'\nend = 'never'\n[[requests]]\nprest = 'quote-card'\n"
        "[[requests]]\nprompt = '$you'\n"
    )

    assert [line.partition(":")[0] for line in faults(text)] == [
        "line 2, timezone",
        "line 3, end",
        "line 1, cron",
        "line 4, requests, entry 1",
        "line 5, requests, entry 1, prest",
        "line 7, requests, entry 2, prompt",
    ]


def test_a_schedule_has_at_most_twenty_requests() -> None:
    request = "[[requests]]\nprompt = 'x'\n"

    assert len(checked("rate = '1 day'\n" + request * MAX_REQUESTS).requests) == MAX_REQUESTS
    assert "1 to 20" in faults("rate = '1 day'\n" + request * (MAX_REQUESTS + 1))[0]


@pytest.mark.parametrize("name", ["leaf", "a", "9-to-5", "x" * 59])
def test_a_name_fits_into_a_key_and_into_eventbridge(name: str) -> None:
    assert SCHEDULE_NAME.fullmatch(name)


@pytest.mark.parametrize("name", ["", "-a", "Leaf", "a.b", "a/b", "x" * 60, "ü", "a#b", "a b", "a\n"])
def test_other_names_are_refused(name: str) -> None:
    assert not SCHEDULE_NAME.fullmatch(name)


def test_over_http_names_are_camel_case_and_so_are_pointers() -> None:
    body = {
        "rate": "1 day",
        "flexibleMinutes": 5,
        "onMissed": "skip",
        "requests": [{"prompt": "x", "aspectRatio": "1:1"}],
    }
    kept = check_schedule_request("leaf", body, TERMS, NOW).document
    assert (kept["flexible_minutes"], kept["requests"][0]["aspect_ratio"]) == (5, "1:1")

    bad = {"rate": "1 day", "requests": [{"preset": "x", "outputFormat": "gif", "variables": {"my_name": "$"}}]}
    with pytest.raises(InvalidRequest) as invalid:
        check_schedule_request("leaf", bad | {"requests": [bad["requests"][0] | {"variables": {}}]}, TERMS, NOW)  # type: ignore[operator]
    assert invalid.value.faults[0].pointer == "/requests/0/outputFormat"
    with pytest.raises(InvalidRequest) as invalid:
        check_schedule_request("leaf", bad, TERMS, NOW)
    assert invalid.value.faults[0].pointer == "/requests/0/variables/my_name"


def test_over_http_nothing_of_the_inbox_and_no_other_callers_upload_may_be_named() -> None:
    terms = Terms(MODELS["nano-banana-pro"], "alice")
    theirs = "uploads/bob/01a206a5-30c2-7a11-8f43-09be11d0a7c5.png"
    body = {
        "rate": "1 day",
        "requests": [{"prompt": "x", "imageInput": ["inbox/a.png"]}, {"prompt": "x", "imageInput": [theirs]}],
    }

    with pytest.raises(InvalidRequest) as invalid:
        check_schedule_request("leaf", body, terms, NOW)

    assert [f.pointer for f in invalid.value.faults] == ["/requests/0/imageInput/0", "/requests/1/imageInput/0"]


# ---- what changes from run to run

LOCAL = dt.datetime(2026, 11, 23, 9)  # noqa: DTZ001 - already in its zone


def prompt(wish: dict[str, Any], number: int = 0, local: dt.datetime = LOCAL) -> str:
    return str(filled(wish, local, number)["prompt"])


def test_the_date_the_week_and_the_month_are_those_of_the_planned_time() -> None:
    assert (
        prompt({"prompt": "$date $week $month $$date ${date}s"}) == "2026-11-23 2026-W48 2026-11 $date 2026-11-23s"
    )
    assert prompt({"prompt": "$week"}, local=dt.datetime(2027, 1, 3)) == "2026-W53"  # noqa: DTZ001


def test_a_list_moves_on_with_every_run_and_begins_anew() -> None:
    wish = {"prompt": "$topic $size", "rotate": {"topic": ["a", "b", "c"], "size": [1, 2]}}

    assert [prompt(wish, number) for number in range(4)] == ["a 1", "b 2", "c 1", "a 2"]
    assert turns_of(wish) == 3


def test_a_variable_may_be_a_list_or_name_one() -> None:
    wish = {
        "preset": "x",
        "variables": {"a": {"rotate": ["one", 2]}, "b": "$topic!", "c": 5},
        "rotate": {"topic": ["t"]},
    }

    assert filled(wish, LOCAL, 1) == {"preset": "x", "variables": {"a": 2, "b": "t!", "c": 5}}


@given(st.text(), st.text(), st.integers(0, 9))
def test_what_is_filled_in_is_never_read_again(one: str, two: str, number: int) -> None:
    wish = {"prompt": "<$topic|$other>", "rotate": {"topic": [one], "other": [two, one]}}

    assert prompt(wish, number) == f"<{one}|{(two, one)[number % 2]}>"
    lists = {"preset": "x", "variables": {"v": {"rotate": [one, two]}}}
    assert filled(lists, LOCAL, number)["variables"]["v"] == (one, two)[number % 2]


@given(st.text())
def test_any_prompt_is_filled_or_a_named_fault_and_doubled_dollars_are_dollars(text: str) -> None:
    assert prompt({"prompt": text.replace("$", "$$")}) == text
    found: list[str] = []
    try:
        prompt({"prompt": text})
    except InvalidRequest as invalid:
        found = [f.pointer for f in invalid.faults]
    assert found in ([], ["/prompt"])


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["prompt", "preset", "rotate", "variables", "topic", "rate", "at"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=8,
    ),
    st.sampled_from(["cron", "rate", "at", "start", "timezone", "requests", "enabled"]),
)
def test_any_document_is_a_schedule_or_its_faults_are_named(value: Any, field: str) -> None:
    whole = {"rate": "1 day", "requests": [{"prompt": "x"}]}
    for document in (whole | {field: value}, whole | {"requests": [value]}):
        try:
            named = bool(check_schedule(document, TERMS, NOW))
        except InvalidRequest as invalid:
            named = bool(invalid.faults)
        assert named


def test_the_schedule_that_teams_are_shown_is_one() -> None:
    (text,) = blocks(section("content-teams", "Recurring content"), "toml")

    assert len(checked(text).requests) == 2
