"""What a caller depends on, one thing after the other, and what is wrong with it."""

import datetime as dt
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from plantain_client import Account, BudgetLeft, Health, Plantain, PlantainError
from plantain_client.cli.advice import OVER_BUDGET, trouble_of
from plantain_client.cli.calling import calling
from plantain_client.cli.screen import Screen
from plantain_client.cli.telling import credits_in_words, here, pause_in_words, whose_budget
from plantain_client.settings import usable_key, usable_url
from plantain_client.version import __version__

# In the order in which one rests on another.
NAMES = ("URL", "service", "API key", "clock", "tasks", "uploads", "Kie.ai", "creates")
# AWS refuses a signature when the clocks are 5 minutes apart; well before that, something is wrong.
SKEW_SECONDS = 60
ONE_IMAGE = 24  # credits: the dearest single image


@dataclass(frozen=True)
class Check:
    """One thing that was looked at; `ok` is None where it could not be."""

    name: str
    ok: bool | None
    detail: str
    advice: str = ""


def checks(screen: Screen) -> Iterator[Check]:
    """Those of NAMES, up to the first without which there is no other; then the budgets, if any are set."""
    name = "URL"
    try:
        yield Check(name, True, str(usable_url()))
        name = "API key"
        usable_key()
        name = "service"
        with calling(screen) as client:
            yield _service(client.health())
            name = "API key"
            before = dt.datetime.now(dt.UTC)
            account = client.account()
            now = before + (dt.datetime.now(dt.UTC) - before) / 2
            yield Check(name, True, f"accepted; the caller is {account.caller}")
            yield _clock(now, account)
            yield from _of_caller(client, account)
    except PlantainError as error:
        yield _wrong(name, error)


def _of_caller(client: Plantain, account: Account) -> Iterator[Check]:
    yield _tried("tasks", "your tasks can be listed", lambda: next(client.list_tasks(limit=1), None))
    yield _tried("uploads", "an image can be uploaded", lambda: client.upload(_pixel()))
    yield _kie(account)
    yield _creates(account)
    try:
        estimate = client.estimate("a plantain")
    except PlantainError as error:
        yield _wrong("budgets", error)
    else:
        if estimate.budgets:
            yield _budgets(estimate.budgets, full=bool(estimate.over))


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


def _budgets(budgets: tuple[BudgetLeft, ...], *, full: bool) -> Check:
    """What is left of those that the caller's images are paid from."""
    left = "; ".join(
        f"{whose_budget(one)}, {one.period}: ${one.left_usd:,.2f} of ${one.limit_usd:,.2f} left" for one in budgets
    )
    if full:
        return Check("budgets", False, f"{left}: not enough for an image", OVER_BUDGET)
    return Check("budgets", True, left)


def _tried(name: str, fine: str, attempt: Callable[[], object]) -> Check:
    try:
        attempt()
    except PlantainError as error:
        return _wrong(name, error)
    return Check(name, True, fine)


def _wrong(name: str, error: PlantainError) -> Check:
    trouble = trouble_of(error)
    return Check(name, False, trouble.what, trouble.advice)


def _pixel() -> bytes:
    """The smallest PNG: one grey pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\x00\x80")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
