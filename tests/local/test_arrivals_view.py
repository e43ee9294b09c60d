"""The table of dropped files, as an ordinary terminal shows it."""

import datetime as dt
import io
from pathlib import Path

from rich.console import Console

from local.arrivals import Drop, Picture
from local.arrivals_view import ArrivalsView
from local.samples import Sample

IDS = ("01a208b7-cc05-7d1d-9878-77af04e557d4", "01a208b7-cc05-7d1d-9878-77af04e557d5")


def picture(key: str) -> Picture:
    return Picture(key, Path("out") / key, 18, 0.09, 13.4)


def test_at_80_columns_pictures_can_be_told_apart() -> None:
    days = [f"images/2026/11/23/week-140244-{day}__{IDS[0]}.png" for day in ("wednesday", "thursday")]
    leaves = [f"images/2026/11/23/leaf-140244__{id}.png" for id in IDS]
    due = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    drops = [
        Drop(Sample(Path("week-140244.csv"), "inbox/", 2), tag="success", pictures=[*map(picture, days)]),
        Drop(Sample(Path("leaf-140244.txt"), "inbox/", 2), tag="success", pictures=[*map(picture, leaves)]),
        Drop(Sample(Path("day-140244.toml"), "schedules/", 1, due), tag="success"),
    ]
    shown = Console(file=io.StringIO(), width=80, color_system=None)

    shown.print(ArrivalsView(drops).table())

    lines = [line.split() for line in shown.file.getvalue().splitlines()]  # type: ignore[attr-defined]
    assert [line[-1] for line in lines[1:5]] == [
        "week-140244-wednesday__…e557d4.png",
        "week-140244-thursday__…e557d4.png",
        "leaf-140244__…e557d4.png",
        "leaf-140244__…e557d5.png",
    ]
