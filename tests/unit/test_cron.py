"""AWS's cron: every kind of field, and what it refuses."""

# ruff: noqa: DTZ001 - a clock on the wall has no zone
import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantain.schedules.cron import cron_of
from plantain.schedules.cron_field import DAYS, MONTHS, BadExpression

START = dt.datetime(2026, 11, 23, 9, 30)  # a Monday


def runs(expression: str, count: int = 4, start: dt.datetime = START) -> list[str]:
    found = itertools.islice(cron_of(expression).from_(start), count)
    return [f"{moment:%Y-%m-%d %H:%M}" for moment in found]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("0 9 ? * MON *", ["2026-11-30 09:00", "2026-12-07 09:00"]),
        ("30 9 ? * 2 *", ["2026-11-23 09:30", "2026-11-30 09:30"]),
        ("0/20 9 * * ? *", ["2026-11-23 09:40", "2026-11-24 09:00"]),
        ("*/30 9-10 * * ? *", ["2026-11-23 09:30", "2026-11-23 10:00"]),
        ("5,35 9 * * ? *", ["2026-11-23 09:35", "2026-11-24 09:05"]),
        ("10-50/20 9 * * ? *", ["2026-11-23 09:30", "2026-11-23 09:50"]),
        ("0 12 L * ? *", ["2026-11-30 12:00", "2026-12-31 12:00"]),
        ("0 12 LW * ? *", ["2026-11-30 12:00", "2026-12-31 12:00"]),
        ("0 12 LW 1 ? *", ["2027-01-29 12:00", "2028-01-31 12:00"]),
        ("0 12 1W * ? *", ["2026-12-01 12:00", "2027-01-01 12:00"]),
        ("0 12 1W 5 ? *", ["2027-05-03 12:00", "2028-05-01 12:00"]),  # a Saturday: never in April
        ("0 12 31W 1 ? *", ["2027-01-29 12:00", "2028-01-31 12:00"]),  # a Sunday: never in February
        ("0 12 15W 8 ? *", ["2027-08-16 12:00", "2028-08-15 12:00"]),
        ("0 12 ? * FRI#2 *", ["2026-12-11 12:00", "2027-01-08 12:00"]),
        ("0 12 ? * 2#5 *", ["2026-11-30 12:00", "2027-03-29 12:00"]),  # not every month has a fifth Monday
        ("0 12 ? * 6L *", ["2026-11-27 12:00", "2026-12-25 12:00"]),
        ("0 12 ? * FRIL *", ["2026-11-27 12:00", "2026-12-25 12:00"]),
        ("0 12 ? * L *", ["2026-11-28 12:00", "2026-12-05 12:00"]),
        ("0 12 ? * MON-WED *", ["2026-11-23 12:00", "2026-11-24 12:00"]),
        ("0 12 ? jan,mar mon 2027", ["2027-01-04 12:00", "2027-01-11 12:00"]),
        ("0 12 31 * ? *", ["2026-12-31 12:00", "2027-01-31 12:00"]),
        ("0 12 29 2 ? *", ["2028-02-29 12:00", "2032-02-29 12:00"]),
        ("0 12 1 1 ? 2027-2031/2", ["2027-01-01 12:00", "2029-01-01 12:00"]),
        ("0 12 1 1 ? 2020", []),
        ("0 12 31 2 ? *", []),
    ],
)
def test_each_kind_of_field(expression: str, expected: list[str]) -> None:
    assert runs(expression, 2) == expected


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("0 9 * * MON", "must have six fields"),
        ("0 9 * * 1 *", "must have a ? as its day-of-month or as its day-of-week"),
        ("0 9 ? * ? *", "must have a ? as its day-of-month or as its day-of-week"),
        ("60 9 * * ? *", "its minute must be 0-59, not 60"),
        ("0 24 * * ? *", "its hour must be 0-23, not 24"),
        ("0 9 0 * ? *", "its day-of-month must be 1-31, not 0"),
        ("0 9 32W * ? *", "its day-of-month must be 1-31, not 32"),
        ("0 9 ? 13 MON *", "its month must be 1-12 or JAN-DEC, not 13"),
        ("0 9 ? * 8 *", "its day-of-week must be 1-7 or SUN-SAT, not 8"),
        ("0 9 ? * MOO *", "its day-of-week must be 1-7 or SUN-SAT, not MOO"),
        ("0 9 ? * MOOL *", "its day-of-week must be 1-7 or SUN-SAT, not MOO"),
        ("0 9 ? * MON#6 *", "its day-of-week cannot be read: MON#6"),
        ("0 9 ? * MON#1,TUE#2 *", "its day-of-week cannot be read: MON#1"),
        ("0 9 * * ? 1969", "its year must be 1970-2199, not 1969"),
        ("0 17-9 * * ? *", "its hour 17-9 must go upwards"),
        ("0/0 9 * * ? *", "its minute 0/0 must go upwards"),
        ("0,, 9 * * ? *", "its minute cannot be read: nothing stands there"),
        ("*-5 9 * * ? *", "its minute cannot be read: *-5"),
        ("- 9 * * ? *", "its minute cannot be read: -"),
        ("٣ 9 * * ? *", "its minute must be 0-59, not ٣"),
        ("", "this one has 0"),
    ],
)
def test_what_is_wrong_is_said(expression: str, said: str) -> None:
    with pytest.raises(BadExpression) as bad:
        cron_of(expression)
    assert said in str(bad.value)


@given(st.text(alphabet="0123456789*?LW#,-/ MONJA", max_size=30))
def test_any_text_is_a_cron_or_a_named_fault(text: str) -> None:
    try:
        cron = cron_of(text)
    except BadExpression:
        return
    next(cron.from_(START), None)


def _some(low: int, high: int) -> st.SearchStrategy[frozenset[int]]:
    return st.frozensets(st.integers(low, high), min_size=1, max_size=4)


def _text(numbers: frozenset[int]) -> str:
    return ",".join(map(str, sorted(numbers)))


@given(
    _some(0, 59),
    _some(0, 23),
    st.one_of(st.tuples(st.just("month"), _some(1, 31)), st.tuples(st.just("week"), _some(1, 7))),
    _some(1, 12),
    st.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2030, 1, 1)),
)
def test_every_minute_of_three_days_is_a_time_exactly_if_all_its_fields_say_so(
    minutes: frozenset[int],
    hours: frozenset[int],
    days: tuple[str, frozenset[int]],
    months: frozenset[int],
    start: dt.datetime,
) -> None:
    of, numbers = days
    day, weekday = (_text(numbers), "?") if of == "month" else ("?", ",".join(DAYS[n - 1] for n in numbers))
    names = ",".join(MONTHS[n - 1] for n in months)
    cron = cron_of(f"{_text(minutes)} {_text(hours)} {day} {names} {weekday} *")
    first = start.replace(second=0, microsecond=0) + dt.timedelta(minutes=1 if start.second else 0)
    walked = [first + dt.timedelta(minutes=n) for n in range(3 * 24 * 60)]

    def fits(moment: dt.datetime) -> bool:
        of_day = moment.day if of == "month" else moment.isoweekday() % 7 + 1
        fields = (moment.minute, moment.hour, of_day, moment.month)
        return all(n in wanted for n, wanted in zip(fields, (minutes, hours, numbers, months), strict=True))

    expected = [moment for moment in walked if moment >= start and fits(moment)]
    assert list(itertools.takewhile(lambda moment: moment <= walked[-1], cron.from_(start))) == expected
