"""What images would cost and have cost, from Python and from the command line."""

import datetime as dt
import io
import json
from typing import Any

import httpx
import pytest
from rich.console import Console

from plantain_client import Cost, CostRefused, KeyRejected, NotPlantain, OperatorsOnly, PresetRef, Usage
from plantain_client.cli.screen import Screen
from plantain_client.cli.spending_telling import show_plot, show_usage
from plantain_client.spending_documents import usage_from
from tests.client.service import BUDGET, ESTIMATED, Service, problem, taken_in
from tests.client.stub import ESTIMATE, GENERATE, Said, Stub
from tests.client.test_command import FAST, Ran
from tests.client.test_command import stub as stub

USAGE = "GET /api/usage"


def used(images: int, reserved: int = 0) -> dict[str, Any]:
    """So many images stored, so many more under way."""
    spent = {"spentCredits": 18 * images, "spentUsd": 0.09 * images}
    return {"images": images, **spent, "reservedCredits": 18 * reserved, "reservedUsd": 0.09 * reserved}


def usage(group_by: str = "day", **rows: dict[str, Any]) -> dict[str, Any]:
    named = {name.replace("_", "-"): row for name, row in rows.items()}
    total = {key: sum(row[key] for row in rows.values()) for key in used(0)}
    days = {"firstDay": "2026-11-01", "lastDay": "2026-11-04", "groupBy": group_by}
    return {
        **days,
        "rows": [{"name": name.removeprefix("d"), **row} for name, row in named.items()],
        "total": total,
    }


DAYS = usage(d2026_11_01=used(40), d2026_11_03=used(10, 10), d2026_11_04=used(1))


def seen(document: dict[str, Any], how: Any, *, encoding: str = "utf-8", width: int = 60) -> list[str]:
    """What a terminal shows."""
    screen, file = Screen(), io.TextIOWrapper(io.BytesIO(), encoding, errors="replace")
    screen.out = Console(file=file, force_terminal=True, color_system=None, width=width)
    how(screen, usage_from(document))
    file.seek(0)
    return [line.rstrip() for line in file]


# ---- from Python


def test_an_estimate_is_read_and_is_sent_what_a_create_would_be(service: Service) -> None:
    service.says(httpx.Response(200, json=ESTIMATED))
    wish: dict[str, Any] = {"preset": "card", "variables": {"words": "a"}, "max_cost": 0.1, "resolution": "2K"}

    found = service.call("estimate", **wish)
    service.says(taken_in())
    service.call("create_task", **wish)

    asked, created = service.bodies()
    assert asked == created == {"preset": "card", "variables": {"words": "a"}, "maxCost": 0.1, "resolution": "2K"}
    assert (found.price, found.preset, found.prices_as_of) == (
        Cost(18, 0.09),
        PresetRef("card", "0123456789ab"),
        dt.date(2026, 7, 1),
    )
    assert (found.budgets[0].left_usd, found.budgets[0].resets_at.day) == (0.05, 24)


def test_usage_is_asked_for_by_days_and_read(service: Service) -> None:
    service.says(httpx.Response(200, json=DAYS))

    found: Usage = service.call("usage", dt.date(2026, 11, 1), dt.date(2026, 11, 4), "day")
    service.call("usage")

    first, second = (dict(request.url.params) for request in service.requests)
    assert (first, second) == ({"from": "2026-11-01", "to": "2026-11-04", "groupBy": "day"}, {"groupBy": "day"})
    assert [(row.name, row.used.images, row.used.spent.credits) for row in found.rows] == [
        ("2026-11-01", 40, 720),
        ("2026-11-03", 10, 180),
        ("2026-11-04", 1, 18),
    ]
    assert (found.total.images, found.total.reserved.credits) == (51, 180)


@pytest.mark.parametrize("code", ["max-cost-exceeded", "budget-exceeded"])
def test_what_is_too_dear_is_an_error_of_its_own_and_asked_once(service: Service, code: str) -> None:
    service.says(problem(402, code))

    with pytest.raises(CostRefused) as refused:
        service.call("create_task", "x", max_cost=0.05, idempotency_key="k")

    assert (refused.value.code, refused.value.charged, len(service.requests)) == (code, "no", 1)


def test_what_only_operators_see_is_no_bad_key(service: Service) -> None:
    service.says(problem(403, "operators-only"))

    with pytest.raises(OperatorsOnly) as refused:
        service.call("usage", group_by="preset")

    assert not isinstance(refused.value, KeyRejected)


@pytest.mark.parametrize("document", [{}, ESTIMATED | {"pricesAsOf": "July"}, ESTIMATED | {"budgets": [{}]}])
def test_another_document_is_no_estimate(service: Service, document: dict[str, Any]) -> None:
    service.says(httpx.Response(200, json=document))

    with pytest.raises(NotPlantain):
        service.call("estimate", "x")


# ---- from the command line


@pytest.mark.usefixtures("in_utc")
@pytest.mark.parametrize("words", [("estimate",), ("generate", "--dry-run")])
def test_an_estimate_is_told_and_nothing_is_asked_for(
    stub: Stub, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    stub.says(ESTIMATE, Said(200, ESTIMATED))

    ran = Ran(capsys, *words, "--preset", "card", "--var", "words=a", "--max-cost", "0.10")

    assert ran.code == 1
    assert "price\t18 credits ($0.09), by Kie.ai's prices of 2026-07-01\n" in ran.out
    left = "$0.05 of $5.00 left, until 2026-11-24 00:00:00+00:00"
    assert f"budget of the caller alice, 2026-11-23\t{left}\n" in ran.out
    assert ran.out.endswith("Says a\n\nStyle: flat design.\n")
    refusal = "The day budget of the caller alice, $5.00, has no room for $0.09 more. "
    assert f"{refusal}It begins anew at 2026-11-24 00:00 UTC. Asked for now it would be refused.\n" in ran.err
    assert "Next: Wait until it begins anew" in ran.err
    assert stub.bodies(ESTIMATE) == [{"preset": "card", "variables": {"words": "a"}, "maxCost": 0.1}]
    assert stub.bodies(GENERATE) == []


def test_an_estimate_names_the_budget_of_the_whole_stack_and_its_month(
    stub: Stub, capsys: pytest.CaptureFixture[str]
) -> None:
    stub.says(ESTIMATE, Said(200, ESTIMATED | {"budgets": [BUDGET | {"scope": "stack", "period": "2026-11"}]}))

    ran = Ran(capsys, "estimate", "x", "--cache")

    assert "The month budget of the whole stack, $5.00, has no room" in ran.err
    assert "it would be refused, unless it was made before." in ran.err


def test_an_estimate_says_that_creates_are_paused(stub: Stub, capsys: pytest.CaptureFixture[str]) -> None:
    pause = {"by": "kie-credits", "reason": "", "since": "2026-11-23T04:25:05.285Z"}
    stub.says(ESTIMATE, Said(200, ESTIMATED | {"budgets": [], "paused": pause}))

    ran = Ran(capsys, "estimate", "x")

    assert ran.code == 0
    assert "by Kie.ai's balance, which is used up." in ran.err
    assert "it would wait" in ran.err


def test_an_estimate_is_one_document_for_a_program(stub: Stub, capsys: pytest.CaptureFixture[str]) -> None:
    stub.says(ESTIMATE, Said(200, ESTIMATED))

    ran = Ran(capsys, "estimate", "x", "--json")

    assert (ran.code, ran.json) == (1, ESTIMATED)


@pytest.mark.parametrize(("left", "more", "code"), [(0.09, (), 0), (0.08, (), 1), (0.08, ("--cache",), 0)])
def test_an_estimate_ends_as_the_create_would(
    stub: Stub, capsys: pytest.CaptureFixture[str], left: float, more: tuple[str, ...], code: int
) -> None:
    stub.says(ESTIMATE, Said(200, ESTIMATED | {"budgets": [BUDGET | {"leftUsd": left}]}))
    stub.says(GENERATE, Said(402, json.loads(problem(402, "budget-exceeded").content)))

    estimated = Ran(capsys, "estimate", "x", *more)

    assert estimated.code == code
    assert ("it would be refused" in estimated.err) == (left < 0.09)
    if code:
        assert Ran(capsys, "generate", "x").code == code


@pytest.mark.parametrize(
    ("wish", "smaller"),
    [
        (("x",), False),
        (("x", "--resolution", "1K"), False),
        (("x", "--resolution", "4K"), True),
        (("--preset", "card"), True),
        (("--preset", "card", "--resolution", "2K"), False),
    ],
)
def test_a_limit_is_sent_and_what_is_above_it_is_told_with_what_to_do(
    stub: Stub, capsys: pytest.CaptureFixture[str], wish: tuple[str, ...], smaller: bool
) -> None:
    stub.says(GENERATE, Said(402, json.loads(problem(402, "max-cost-exceeded").content)))

    ran = Ran(capsys, "generate", *wish, "--max-cost", "0.05", *FAST)

    assert (ran.code, stub.bodies(GENERATE)[0]["maxCost"]) == (1, 0.05)
    assert "Next: Give a higher --max-cost" in ran.err
    assert ("smaller --resolution" in ran.err) == smaller


@pytest.mark.parametrize(
    "words",
    [
        ("generate", "x", "--max-cost", "0"),
        ("generate", "x", "--max-cost", "0,10"),
        ("estimate", "x", "--max-cost", "inf"),
        ("estimate",),
        ("generate", "--dry-run"),
        ("usage", "--from", "yesterday"),
        ("usage", "--by", "stack"),
    ],
)
def test_odd_words_are_usage(stub: Stub, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as ended:
        Ran(capsys, *words)

    assert (ended.value.code, stub.heard) == (2, [])


def test_usage_is_lines_for_a_program_that_reads_lines(stub: Stub, capsys: pytest.CaptureFixture[str]) -> None:
    stub.says(USAGE, Said(200, DAYS))

    ran = Ran(capsys, "usage", "--from", "2026-11-01", "--by", "day")

    names, _, second, *_ = ran.out.splitlines()
    assert (ran.code, names, second) == (0, "day\timages\tspent USD\tunder way USD", "2026-11-03\t10\t0.9\t0.9")
    assert json.loads(Ran(capsys, "usage", "--json").out) == DAYS


def test_usage_is_a_table_with_a_total_on_a_terminal() -> None:
    head, first, *_, last = seen(DAYS, show_usage)

    assert head.split() == ["DAY", "IMAGES", "SPENT", "CREDITS", "UNDER", "WAY"]
    assert first.split() == ["2026-11-01", "40", "$3.60", "720", "–"]
    assert last.split() == ["total", "51", "$4.59", "918", "$0.90"]


def test_a_single_row_needs_no_total() -> None:
    assert len(seen(usage("caller", alice=used(2)), show_usage)) == 2


def test_bars_are_as_long_as_what_was_spent_and_days_without_any_are_seen() -> None:
    assert seen(DAYS, show_plot, width=64) == [
        "2026-11-01  $3.60  ████████████████████████████████████████",
        "2026-11-02",
        "2026-11-03  $1.80  ██████████░░░░░░░░░░",
        "2026-11-04  $0.09  █",
    ]


def test_bars_have_eighths_where_nothing_is_under_way() -> None:
    found = usage("caller", alice=used(80), bob=used(37), carol=used(1))

    assert [line.split()[-1] for line in seen(found, show_plot, width=59)] == ["█" * 40, "█" * 18 + "▌", "▌"]


def test_bars_can_be_written_in_any_encoding_and_fit_any_terminal() -> None:
    for width in (30, 60, 200):
        lines = seen(DAYS, show_plot, encoding="ascii", width=width)
        assert max(map(len, lines)) <= width
        assert set(lines[0].split()[-1]) == {"#"}
        assert lines[2].endswith(".")


def test_nothing_is_no_chart(stub: Stub, capsys: pytest.CaptureFixture[str]) -> None:
    stub.says(USAGE, Said(200, usage()))

    ran = Ran(capsys, "usage", "--plot")

    assert (ran.code, ran.out) == (0, "")
    assert "Nothing was made from 2026-11-01 to 2026-11-04 (UTC)." in ran.err


def test_a_total_of_presets_does_not_look_as_if_it_were_all(
    stub: Stub, capsys: pytest.CaptureFixture[str]
) -> None:
    stub.says(USAGE, Said(200, usage("preset")))

    assert "(UTC), by presets alone." in Ran(capsys, "usage", "--by", "preset", "--plot").err


def test_a_chart_of_days_begins_with_the_first_that_has_something() -> None:
    year = DAYS | {"firstDay": "2026-01-01"}

    assert [line.split()[0] for line in seen(year, show_plot)] == [f"2026-11-0{day}" for day in (1, 2, 3, 4)]


def test_a_year_of_days_is_no_list_of_empty_ones() -> None:
    year = DAYS | {"lastDay": "2027-10-31"}

    assert [line.split()[0] for line in seen(year, show_plot)] == ["2026-11-01", "2026-11-03", "2026-11-04"]
