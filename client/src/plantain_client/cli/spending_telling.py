"""What images would cost and have cost, in words, as a table and as bars."""

import datetime as dt
import itertools

from rich.table import Table
from rich.text import Text

from plantain_client.cli.advice import OVER_BUDGET
from plantain_client.cli.letters import can_write, plain
from plantain_client.cli.screen import Screen
from plantain_client.cli.telling import cost_in_words, here, pause_in_words, whose_budget
from plantain_client.cli.trouble import Trouble
from plantain_client.money import BudgetLeft, Estimate, Usage, Used
from plantain_client.task import Cost

_BLOCKS = "▏▎▍▌▋▊▉█"  # an eighth to eight
_MOST_DAYS = 62  # of which a chart shows those without anything as well
_LONGEST = 80  # letters of a bar
# By preset and by schedule not everything is counted: a total must not look as if it were.
_ASKED_BY = {"preset": ", by presets alone", "schedule": ", by schedules alone"}


def show_estimate(screen: Screen, estimate: Estimate, *, cached: bool) -> None:
    """The price, what is left of the budgets, and all that would be asked for.

    `cached`: an image made before will do.
    """
    own, brand = estimate.own_images, estimate.brand_images
    rows = {
        "price": f"{cost_in_words(estimate.price)}, by Kie.ai's prices of {estimate.prices_as_of}",
        **{_of_budget(budget): _left(budget) for budget in estimate.budgets},
        **({"preset": str(estimate.preset)} if estimate.preset else {}),
        "model": estimate.model,
        "asked for": f"{estimate.aspect_ratio} {estimate.resolution} {estimate.output_format}",
        **({"images": f"{own} of yours, {brand} of the preset"} if own or brand else {}),
    }
    screen.rows(rows)
    screen.text(estimate.prompt)
    unless = ", unless it was made before" if cached else ""
    for budget in estimate.over:
        what = f"{_has_no_room(budget, estimate.price)} Asked for now it would be refused{unless}."
        screen.trouble(Trouble(what, None, OVER_BUDGET, "budget-exceeded"))
    if paused := estimate.paused:
        screen.note(pause_in_words(paused.by, paused.reason, here(paused.since)))
        screen.note("Asked for now it would wait until they go on, for nothing.")
    screen.note("Nothing was asked for, and it has cost nothing.")


def show_usage(screen: Screen, usage: Usage) -> None:
    """A table on a terminal; elsewhere a line each, its fields between tabs, under their names."""
    if not screen.out.is_terminal:
        screen.result_fields(usage.group_by, "images", "spent USD", "under way USD")
        for row in usage.rows:
            spent, reserved = row.used.spent.usd, row.used.reserved.usd
            screen.result_fields(row.name, str(row.used.images), f"{spent:g}", f"{reserved:g}")
        return
    if not usage.rows:
        _nothing(screen, usage)
        return
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim", footer_style="bold")
    table.show_footer = len(usage.rows) > 1
    table.add_column(usage.group_by.upper(), "total", overflow="fold")
    for title, total in zip(("IMAGES", "SPENT", "CREDITS", "UNDER WAY"), _cells(usage.total), strict=True):
        table.add_column(title, total, justify="right", no_wrap=True)
    for row in usage.rows:
        table.add_row(Text(plain(row.name)), *_cells(row.used))
    screen.out.print(table)
    _tell_total(screen, usage)


def show_plot(screen: Screen, usage: Usage) -> None:
    """A bar for each row: what was spent, and behind it what is under way."""
    rows = {row.name: row.used for row in usage.rows}
    if not rows:
        _nothing(screen, usage)
        return
    names = _days(usage) if usage.group_by == "day" else list(rows)
    most = max(_all(used) for used in rows.values())
    width = max(8, min(_LONGEST, screen.out.width - min(max(map(len, names)), 32) - 14))
    fine = can_write(screen.out.encoding, _BLOCKS + "░")
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(max_width=32, overflow="ellipsis", no_wrap=True)
    grid.add_column(justify="right", no_wrap=True)
    grid.add_column(no_wrap=True)
    for name in names:
        used = rows.get(name)
        told = f"${_all(used):,.2f}" if used else ""
        grid.add_row(Text(plain(name)), Text(told), _bar(used, most, width, fine=fine) if used else Text(""))
    screen.out.print(grid)
    if usage.total.reserved.usd:
        spent, reserved = "█░" if fine else "#."
        screen.note(f"{spent} spent   {reserved} under way, or not known yet")
    _tell_total(screen, usage)


def _bar(used: Used, most: float, width: int, *, fine: bool) -> Text:
    """Green is spent, yellow under way; in eighths of a letter where those can be written."""
    if not most:
        return Text("")
    spent = used.spent.usd / most * width
    rest = max(0, round(_all(used) / most * width) - round(spent))
    if not fine:
        return Text.assemble(("#" * round(spent), "green"), ("." * rest, "yellow"))
    whole, eighths = (round(spent), 0) if rest else divmod(round(spent * 8), 8)  # no gap between the two
    end = _BLOCKS[eighths - 1] if eighths else ""
    return Text.assemble((_BLOCKS[-1] * whole + end, "green"), ("░" * rest, "yellow"))


def _all(used: Used) -> float:
    return used.spent.usd + used.reserved.usd


def _days(usage: Usage) -> list[str]:
    """From the first with something on; those with nothing as well, where that is no long list."""
    with_something = [row.name for row in usage.rows]
    count = (usage.last_day - usage.first_day).days + 1
    all_days = (str(usage.first_day + dt.timedelta(days=number)) for number in range(count))
    shown = list(itertools.dropwhile(lambda day: day not in with_something, all_days))
    return shown if len(shown) <= _MOST_DAYS else with_something


def _cells(used: Used) -> list[str]:
    reserved = f"${used.reserved.usd:,.2f}" if used.reserved.usd else "–"
    return [f"{used.images:,}", f"${used.spent.usd:,.2f}", f"{used.spent.credits:,g}", reserved]


def _tell_total(screen: Screen, usage: Usage) -> None:
    spent, reserved = cost_in_words(usage.total.spent), usage.total.reserved
    images = "1 image" if usage.total.images == 1 else f"{usage.total.images:,} images"
    under_way = f"; {cost_in_words(reserved)} under way, or not known yet" if reserved.usd else ""
    screen.note(f"{_span(usage)}: {images}, {spent}{under_way}")


def _nothing(screen: Screen, usage: Usage) -> None:
    screen.note(f"Nothing was made from {_span(usage)}.")


def _span(usage: Usage) -> str:
    return f"{usage.first_day} to {usage.last_day} (UTC){_ASKED_BY.get(usage.group_by, '')}"


def _has_no_room(budget: BudgetLeft, price: Cost) -> str:
    """In the words in which the create is refused."""
    span = "month" if budget.period.count("-") == 1 else "day"
    limit = f"${budget.limit_usd:.2f}"
    return (
        f"The {span} budget of the {whose_budget(budget)}, {limit}, has no room for ${price.usd:.2f} more. "
        f"It begins anew at {budget.resets_at.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC."
    )


def _of_budget(budget: BudgetLeft) -> str:
    return f"budget of the {whose_budget(budget)}, {budget.period}"


def _left(budget: BudgetLeft) -> str:
    return f"${budget.left_usd:,.2f} of ${budget.limit_usd:,.2f} left, until {here(budget.resets_at)}"
