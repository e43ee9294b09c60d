"""Tens of thousands of random schedules of the crash model: whatever dies or is lost, each wish is paid once.

What has been played is kept below .build until the code changes, so that a run that was ended goes on.
"""

import argparse
import hashlib
import json
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from tests.bench.rows import Row, tell
from tests.conftest import ROOT
from tests.crashes.seams import installed, play

SCHEDULES, AT_ONCE, PART = 50_000, 2, 250
FIRST = 1_000_000  # other numbers than those of `make test`
KEPT = ROOT / ".build" / "crashes"
CODE = ("layers/plantain/plantain", "functions", "statemachine", "local/twin", "tests/crashes")

# What the table shows of what has happened, each a sum of the harness's own counts.
HAPPENED = {
    "processes that died": ("killed",),
    "answers of AWS lost, calls not taken": (
        "aws lost",
        "aws unreached",
        "aws throttled",
        "aws conflict",
        "no room",
    ),
    "creates whose answer was lost or said nothing": ("create lost", "create dropped", "create broken"),
    "creates put off or not sent": ("create busy", "create unreached"),
    "runs doubled or unheard, wishes sent twice": ("run doubled", "run unheard", "asked twice"),
    "callbacks lost or late": ("ring lost", "ring late"),
    "callbacks doubled, early, forged or swapped": ("ring doubled", "ring early", "ring forged", "ring swapped"),
    "executions stopped, events lost or doubled": ("execution stopped", "event lost", "event doubled"),
}


def main() -> None:
    """The table of all parts; each broken schedule is named by its number."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--schedules", type=int, default=SCHEDULES)
    asked = parser.parse_args().schedules
    folder = KEPT / _code()
    folder.mkdir(parents=True, exist_ok=True)
    parts = range(FIRST, FIRST + asked, PART)
    missing = [first for first in parts if not (folder / f"{first}.json").exists()]
    start = time.perf_counter()
    with ProcessPoolExecutor(AT_ONCE) as processes:
        for done in as_completed([processes.submit(_play, first, folder) for first in missing]):
            done.result()
    seconds = time.perf_counter() - start
    counts, broken = _sum(folder / f"{first}.json" for first in parts)
    tell(_rows(counts, broken, f"{len(missing) * PART:,} of them now, in {seconds:.0f} s"))


def _play(first: int, folder: Path) -> None:
    counts: Counter[str] = Counter()
    broken = {}
    with installed():
        for seed in range(first, first + PART):
            outcome = play(seed)
            counts.update(outcome.counts)
            if outcome.broken:
                broken[seed] = outcome.broken
    (folder / f"{first}.json").write_text(json.dumps({"counts": counts, "broken": broken}))


def _code() -> str:
    digest = hashlib.sha256()
    for folder in CODE:
        for file in sorted((ROOT / folder).rglob("*.[py][ya]*")):
            if "__pycache__" not in file.parts:
                digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _sum(files: Iterable[Path]) -> tuple[Counter[str], dict[str, str]]:
    counts: Counter[str] = Counter()
    broken: dict[str, str] = {}
    for file in files:
        played = json.loads(file.read_text())
        counts.update(played["counts"])
        broken |= played["broken"]
    return counts, broken


def _rows(counts: Counter[str], broken: dict[str, str], now: str) -> list[Row]:
    wishes, accepted = counts["wishes"], counts["creates accepted"]
    resent = counts["sent again by a rash operator"]
    ends = {name.removeprefix("ended "): count for name, count in counts.items() if name.startswith("ended ")}
    failed = ", ".join(f"{name.removeprefix('fail ')} {count:,}" for name, count in sorted(ends.items())[:-1])
    return [
        Row("schedules played", f"{counts['schedules']:,}", now),
        Row("schedules that broke a promise", f"{len(broken)}", "", None, "0", not broken),
        *(Row(f"  python -m tests.crashes {seed}", "", words) for seed, words in list(broken.items())[:10]),
        Row("runs of functions", f"{counts['runs of functions']:,}"),
        *(Row(what, f"{sum(counts[name] for name in names):,}") for what, names in HAPPENED.items()),
        Row(
            "creates that Kie.ai accepted",
            f"{accepted:,}",
            f"{wishes:,} wishes, {resent:,} sent again by a rash word",
            accepted / wishes,
            "≤ 1",
            accepted <= wishes + resent,
        ),
        Row("jobs with their image", f"{ends['success ']:,}", f"{sum(ends.values()):,} jobs"),
        Row("jobs without one", f"{sum(ends.values()) - ends['success ']:,}", failed),
    ]


if __name__ == "__main__":
    main()
