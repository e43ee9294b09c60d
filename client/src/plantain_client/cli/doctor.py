"""Checks everything that a caller depends on, and says what is wrong and what to do."""

import argparse
import datetime as dt
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

from rich.table import Table
from rich.text import Text

from plantain_client import Account, Health, Plantain, PlantainError
from plantain_client.cli.advice import FAILED, OK, trouble_of
from plantain_client.cli.screen import Screen, plain
from plantain_client.cli.telling import credits_in_words, here, pause_in_words
from plantain_client.settings import usable_key, usable_url
from plantain_client.version import __version__

# AWS refuses a signature when the clocks are 5 minutes apart; well before that, something is wrong.
SKEW_SECONDS = 60
ONE_IMAGE = 24  # credits: the dearest single image

_MARKS = {True: ("✓", "green"), False: ("✗", "red"), None: ("–", "dim")}


@dataclass(frozen=True)
class Check:
    """One thing that was looked at; `ok` is None where it could not be."""

    name: str
    ok: bool | None
    detail: str
    advice: str = ""


def doctor(asked: argparse.Namespace, screen: Screen) -> int:  # noqa: ARG001 - as every command
    """Check one thing after the other, each on its line."""
    found = []
    for check in checks():
        found.append(check)
        if not screen.as_json:
            _show(screen, check)
    fine = all(check.ok for check in found)
    if screen.as_json:
        screen.document({"ok": fine, "checks": [asdict(check) for check in found]})
    return OK if fine else FAILED


def checks(client_of: Callable[[], Plantain] = Plantain) -> Iterator[Check]:
    """What there is to check, in the order in which one thing rests on another."""
    try:
        url = usable_url()
    except PlantainError as error:
        yield _wrong("URL", error)
        yield from _not_checked("service", "API key", "clock", "tasks", "uploads", "Kie.ai", "creates")
        return
    yield Check("URL", True, str(url))
    try:
        usable_key()
    except PlantainError as error:
        yield _wrong("API key", error)
        yield from _not_checked("service", "clock", "tasks", "uploads", "Kie.ai", "creates")
        return
    try:
        made = client_of()
    except PlantainError as error:
        yield _wrong("service", error)
        yield from _not_checked("API key", "clock", "tasks", "uploads", "Kie.ai", "creates")
        return
    with made as client:
        try:
            health = client.health()
        except PlantainError as error:
            yield _wrong("service", error)
            yield from _not_checked("API key", "clock", "tasks", "uploads", "Kie.ai", "creates")
            return
        yield _service(health)
        yield from _with_key(client)


def _with_key(client: Plantain) -> Iterator[Check]:
    before = dt.datetime.now(dt.UTC)
    try:
        account = client.account()
    except PlantainError as error:
        yield _wrong("API key", error)
        yield from _not_checked("clock", "tasks", "uploads", "Kie.ai", "creates")
        return
    now = before + (dt.datetime.now(dt.UTC) - before) / 2
    yield Check("API key", True, f"accepted; the caller is {account.caller}")
    yield _clock(now, account)
    yield _tried("tasks", "your tasks can be listed", lambda: next(client.list_tasks(limit=1), None))
    yield _tried("uploads", "an image can be uploaded", lambda: client.upload(_pixel()))
    yield _kie(account)
    yield _creates(account)


def _service(health: Health) -> Check:
    if health.version.split(".")[:2] != __version__.split(".")[:2]:
        return Check(
            "service",
            False,
            f"Plantain {health.version}, which this client ({__version__}) does not know",
            f"Install the client of that version: pip install 'plantain-client=={health.version}'",
        )
    return Check("service", True, f"Plantain {health.version}")


def _clock(now: dt.datetime, account: Account) -> Check:
    ahead = (now - account.time).total_seconds()
    if abs(ahead) <= SKEW_SECONDS:
        return Check("clock", True, f"within {max(1, round(abs(ahead)))} s of the server's")
    side = "ahead of" if ahead > 0 else "behind"
    detail = f"{abs(ahead):,.0f} s {side} the server's"
    return Check("clock", False, detail, "Set this machine's clock (NTP): signatures depend on it.")


def _kie(account: Account) -> Check:
    kie = account.kie
    match kie.state:
        case "ok":
            if kie.credits is None:
                return Check("Kie.ai", True, "its key works; the balance is not told")
            balance = credits_in_words(kie.credits) + (f" (${kie.usd:,.2f})" if kie.usd is not None else "")
            if kie.credits >= ONE_IMAGE:
                return Check("Kie.ai", True, balance)
            return Check("Kie.ai", False, f"{balance}: not enough for an image", "Top up at https://kie.ai")
        case "key-missing":
            advice = "The operator has to give the stack a Kie.ai key (`make kie-key`)."
            return Check("Kie.ai", False, "no key is configured", advice)
        case "key-rejected":
            advice = "The operator has to give the stack a valid key of https://kie.ai/api-key"
            return Check("Kie.ai", False, "it does not accept the configured key", advice)
    return Check("Kie.ai", False, "it cannot be reached", "Try again later; jobs wait it out by themselves.")


def _creates(account: Account) -> Check:
    if (paused := account.paused) is None:
        return Check("creates", True, "they are sent")
    told = pause_in_words(paused.by, paused.reason, here(paused.since))
    by_itself = "goes on by itself once the balance at https://kie.ai is topped up"
    how = by_itself if paused.by == "kie-credits" else "goes on when the operator says so (`plantain resume`)"
    return Check("creates", False, told, f"Jobs wait and cost nothing meanwhile; all {how}.")


def _tried(name: str, fine: str, attempt: Callable[[], object]) -> Check:
    try:
        attempt()
    except PlantainError as error:
        return _wrong(name, error)
    return Check(name, True, fine)


def _wrong(name: str, error: PlantainError) -> Check:
    trouble = trouble_of(error)
    return Check(name, False, trouble.what, trouble.advice)


def _not_checked(*names: str) -> Iterator[Check]:
    for name in names:
        yield Check(name, None, "not checked")


def _show(screen: Screen, check: Check) -> None:
    mark, style = _MARKS[check.ok]
    if not screen.out.is_terminal:
        screen.result(f"{mark} {check.name}: {check.detail}")
        if check.advice:
            screen.result(f"  → {check.advice}")
        return
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(width=1)
    table.add_column(width=9)
    table.add_column(overflow="fold")
    table.add_row(Text(mark, style), check.name, Text(plain(check.detail), "dim" if check.ok is None else ""))
    if check.advice:
        table.add_row("", "", Text(f"→ {plain(check.advice)}", "bold"))
    screen.out.print(table)


def _pixel() -> bytes:
    """The smallest PNG: one grey pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\x00\x80")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
