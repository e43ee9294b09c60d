"""When a schedule runs, in zones with summer time: every skipped local time once, every doubled one once."""

# ruff: noqa: DTZ001 - a clock on the wall has no zone
import datetime as dt
import zoneinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from plantain.schedules.cron import cron_of
from plantain.schedules.cron_field import BadExpression
from plantain.schedules.moments import moment_of, zone_of
from plantain.schedules.recurrence import Rate, Recurrence, rate_of

UTC = dt.UTC
BERLIN = ZoneInfo("Europe/Berlin")
MINUTE = dt.timedelta(minutes=1)
# Zones whose clocks jump by an hour, by half an hour, at midnight, and once by a whole day.
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Havana",
    "Africa/Casablanca",
    "Asia/Kolkata",
)


def cron(expression: str, zone: ZoneInfo = BERLIN, **bounds: dt.datetime) -> Recurrence:
    return Recurrence(cron_of(expression), zone, dt.datetime(2026, 1, 1, tzinfo=UTC), **bounds)


def shown(recurrence: Recurrence, after: str, count: int = 3) -> list[str]:
    found = recurrence.next_runs(dt.datetime.fromisoformat(after), count)
    return [run.astimezone(recurrence.zone).isoformat(timespec="minutes") for run in found]


def test_a_local_time_that_is_skipped_runs_once_when_the_old_offset_says_so() -> None:
    assert shown(cron("30 2 * * ? *"), "2026-03-28T12:00Z", 2) == [
        "2026-03-29T03:30+02:00",
        "2026-03-30T02:30+02:00",
    ]


def test_what_runs_each_hour_goes_on_running_each_hour_and_never_twice() -> None:
    assert shown(cron("30 * * * ? *"), "2026-03-29T00:00Z") == [
        "2026-03-29T01:30+01:00",
        "2026-03-29T03:30+02:00",
        "2026-03-29T04:30+02:00",
    ]
    assert cron("30 * * * ? *").skipped(_at("2026-03-28T00:00Z"), _at("2026-03-30T00:00Z")) == []


def test_a_local_time_that_comes_twice_runs_the_first_time_only() -> None:
    assert shown(cron("30 2 * * ? *"), "2026-10-24T12:00Z", 2) == [
        "2026-10-25T02:30+02:00",
        "2026-10-26T02:30+01:00",
    ]
    between = shown(cron("30 2 * * ? *"), "2026-10-25T00:45Z", 1)
    assert between == ["2026-10-26T02:30+01:00"]


def test_both_times_of_a_doubled_hour_are_the_same_run() -> None:
    daily = cron("30 2 * * ? *")

    assert daily.planned(_at("2026-10-25T00:30Z")) == daily.planned(_at("2026-10-25T01:30:40Z"))
    assert daily.planned(_at("2026-03-29T01:30:05Z")) == _at("2026-03-29T01:30Z")


def test_only_skipped_times_are_planned_by_hand() -> None:
    daily, until = cron("30 2 * * ? *"), _at("2026-04-01T00:00Z")

    assert daily.skipped(_at("2026-03-27T00:00Z"), until) == [_at("2026-03-29T01:30Z")]
    assert daily.skipped(_at("2026-03-29T01:10Z"), until) == [_at("2026-03-29T01:30Z")]  # within what was skipped
    assert daily.skipped(_at("2026-03-29T01:30Z"), until) == []
    assert cron("0/20 2 * * ? *").skipped(_at("2026-03-29T00:00Z"), until) == [
        _at("2026-03-29T01:00Z"),
        _at("2026-03-29T01:20Z"),
        _at("2026-03-29T01:40Z"),
    ]
    assert cron("30 2 * * ? *", end=_at("2026-03-29T01:30Z")).skipped(_at("2026-03-27T00:00Z"), until) == []


def test_a_day_that_a_zone_has_left_out_is_run_all_the_same() -> None:
    """Samoa went from the 29th of December 2011 to the 31st."""
    apia = cron("0 9 * * ? *", ZoneInfo("Pacific/Apia"))
    assert shown(apia, "2011-12-29T00:00Z") == [
        "2011-12-29T09:00-10:00",
        "2011-12-31T09:00+14:00",
        "2012-01-01T09:00+14:00",
    ]


def test_nothing_runs_before_the_start_nor_from_the_end_on() -> None:
    bounded = cron("0 9 * * ? *", start=_at("2026-12-01T08:00Z"), end=_at("2026-12-03T08:00Z"))
    assert shown(bounded, "2026-11-23T00:00Z") == ["2026-12-01T09:00+01:00", "2026-12-02T09:00+01:00"]


def test_a_rate_counts_days_of_24_hours_from_its_anchor() -> None:
    daily = Recurrence(Rate(1, "day"), BERLIN, _at("2026-10-24T07:00Z"))
    assert shown(daily, "2026-10-24T07:00Z", 2) == ["2026-10-25T08:00+01:00", "2026-10-26T08:00+01:00"]
    assert shown(daily, "2026-10-01T00:00Z", 1) == ["2026-10-24T09:00+02:00"]


def test_one_moment_runs_once() -> None:
    once = Recurrence(_at("2026-12-24T17:00Z"), BERLIN, _at("2026-01-01T00:00Z"))
    assert shown(once, "2026-11-23T00:00Z") == ["2026-12-24T18:00+01:00"]
    assert shown(once, "2026-12-24T17:00Z") == []


@pytest.mark.parametrize("text", ["3 days", "1 minute", "rate(12 hours)", "5 minute", "rate( 5 minutes )"])
def test_a_rate_is_a_number_and_a_unit(text: str) -> None:
    assert rate_of(text).every >= MINUTE


@pytest.mark.parametrize("text", ["0 days", "days", "3 weeks", "-1 days", "1.5 days", "3  days", "٣ days", "rate"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(BadExpression, match="must be a number and minutes, hours or days"):
        rate_of(text)


def test_a_cron_may_be_given_as_aws_writes_it() -> None:
    assert cron_of("cron(0 9 ? * MON *)") == cron_of(" 0 9 ? * mon * ")
    assert cron_of("cron(0 9 ? * MON *)").text == "0 9 ? * MON *"


@pytest.mark.parametrize("name", ["Europe/Berlin", "UTC", "Etc/GMT+5", "America/Argentina/Buenos_Aires"])
def test_a_zone_is_known_by_its_iana_name(name: str) -> None:
    assert zone_of(name).key == name


@pytest.mark.parametrize(
    "name",
    ["", "Europe/Berln", "Europe", "../etc/passwd", "posix/Europe/Berlin", "localtime", "+02:00", "é", "a\0b"],
)
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(BadExpression, match="must be the IANA name of a time zone"):
        zone_of(name)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-12-24T18:00:00", "2026-12-24T17:00Z"),
        (dt.datetime(2026, 12, 24, 18), "2026-12-24T17:00Z"),
        ("2026-12-24T18:00:00Z", "2026-12-24T18:00Z"),
        ("at(2026-12-24T18:00:00)", "2026-12-24T17:00Z"),
        ("2026-12-24", "2026-12-23T23:00Z"),
        (dt.date(2026, 12, 24), "2026-12-23T23:00Z"),
        ("2026-03-29T02:30:00", "2026-03-29T01:30Z"),  # does not exist
        ("2026-10-25T02:30:00", "2026-10-25T00:30Z"),  # comes twice
    ],
)
def test_a_moment_is_in_the_zone_unless_it_says_another(value: object, expected: str) -> None:
    assert moment_of(value, BERLIN) == _at(expected)


def test_the_end_of_time_is_no_error_of_ours() -> None:
    with pytest.raises(BadExpression):
        moment_of("9999-12-31", BERLIN, end_of_day=True)
    with pytest.raises(BadExpression):
        moment_of("0001-01-01T00:00:00+14:00", BERLIN)
    last = dt.datetime(9999, 12, 30, tzinfo=UTC)
    assert Recurrence(Rate(1, "day"), BERLIN, last).next_runs(_at("2026-01-01T00:00Z"), 5) == [
        last,
        last + dt.timedelta(days=1),
    ]
    assert cron("* * * * ? *", start=last).next_runs(_at("2026-01-01T00:00Z"), 5) == []


def test_a_last_day_is_still_run_on() -> None:
    assert moment_of(dt.date(2026, 12, 24), BERLIN, end_of_day=True) == _at("2026-12-24T23:00Z")


@pytest.mark.parametrize("value", ["tomorrow", 5, True, "2026-13-01", "", dt.time(9), ["2026-01-01"], None])
def test_what_is_no_moment_is_refused(value: object) -> None:
    with pytest.raises(BadExpression, match="must be a date and time"):
        moment_of(value, BERLIN)


@given(
    st.sampled_from(ZONES),
    st.sampled_from(["30 2 * * ? *", "0/15 * * * ? *", "0 0 * * ? *", "15 0-3 * * ? *", "45 1,2 ? * SUN *"]),
    st.datetimes(dt.datetime(2025, 1, 1), dt.datetime(2028, 1, 1)),
)
@example("Europe/Berlin", "30 2 * * ? *", dt.datetime(2026, 3, 28, 20))
@example("Europe/Berlin", "0/15 * * * ? *", dt.datetime(2026, 10, 24, 22))
@example("Australia/Lord_Howe", "15 0-3 * * ? *", dt.datetime(2026, 10, 3, 10))
@example("America/Havana", "0 0 * * ? *", dt.datetime(2026, 3, 8, 2))
def test_every_local_time_that_fits_runs_exactly_once(name: str, expression: str, start: dt.datetime) -> None:
    """Against a walk over every minute of two days, on the clock of the zone and on that of UTC."""
    zone, after = ZoneInfo(name), start.replace(tzinfo=UTC)
    recurrence, until = cron(expression, zone), after + dt.timedelta(days=2)
    found = [run for run in recurrence.next_runs(after, 400) if run <= until]
    assert found == sorted(set(found))

    fits = set(_walls(expression, after, until))
    first = after.replace(second=0, microsecond=0) + MINUTE
    regular = set()
    for moment in (first + n * MINUTE for n in range(2 * 24 * 60)):
        local = moment.astimezone(zone)
        if local.fold == 0 and local.replace(tzinfo=None) in fits and moment <= until:
            regular.add(moment)
    made_up = {
        moment
        for wall in fits
        if (moment := wall.replace(tzinfo=zone).astimezone(UTC)).astimezone(zone).replace(tzinfo=None) != wall
        and after < moment <= until
    }
    assert set(found) == regular | made_up
    assert set(recurrence.skipped(after, until)) == made_up - regular
    assert all(recurrence.planned(run) == run for run in found)


def _walls(expression: str, after: dt.datetime, until: dt.datetime) -> list[dt.datetime]:
    """All local times that fit, from a day before to a day after."""
    first = after.replace(tzinfo=None, second=0, microsecond=0) - dt.timedelta(days=1)
    minutes, hours, *_, weekday, _ = expression.split()
    wanted = [_numbers(minutes, 60), _numbers(hours, 24)]
    walked = (first + n * MINUTE for n in range(4 * 24 * 60))
    return [
        wall
        for wall in walked
        if wall.minute in wanted[0] and wall.hour in wanted[1] and (weekday != "SUN" or wall.isoweekday() == 7)
    ]


def _numbers(text: str, size: int) -> set[int]:
    if text == "*":
        return set(range(size))
    if "/" in text:
        return set(range(0, size, int(text.partition("/")[2])))
    if "-" in text:
        low, high = map(int, text.split("-"))
        return set(range(low, high + 1))
    return set(map(int, text.split(",")))


@given(
    st.sampled_from(sorted(zoneinfo.available_timezones())),
    st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2036, 1, 1)),
)
def test_a_daily_time_runs_on_every_day_of_every_zone(name: str, start: dt.datetime) -> None:
    zone = ZoneInfo(name)
    found = cron("30 2 * * ? *", zone).next_runs(start.replace(tzinfo=UTC), 5)

    days = [run.astimezone(zone).date() for run in found]
    assert days == [days[0] + dt.timedelta(days=n) for n in range(5)]


def _at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
