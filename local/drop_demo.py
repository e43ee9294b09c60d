"""The demo of the drop folder: files put into the inbox with the AWS CLI, and the pictures that come of them."""

import datetime as dt
import os
import shlex
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from local.arrivals import Arrivals, Drop
from local.arrivals_view import ArrivalsView
from local.choose_kie import agreed
from local.cloud import LocalCloud
from local.pasting import AWS_CLI, aws_settings, lines_to_paste
from local.running import Running, running, running_of
from local.samples import Sample, a_list, a_photo, a_schedule, a_text
from local.terminal import Progress, bold, faint, show_logs
from plantain_client.cli.saving import check_output

OUT = Path("out") / "drop"
PICTURES = 9
DUE_SECONDS = 25
_LOOK_SECONDS = 0.5


def demo_drop(*, yes: bool = False, logs: bool = False) -> int:
    """Drop four files and wait for their nine pictures, however late. 0 if all have come.

    Into what `make up` keeps running, or else into a cloud of our own that ends with this. Raises OSError.
    """
    check_output(f"{OUT}/")
    with ExitStack() as started:
        stays = running()
        if stays and stays.spends and not agreed("2K", yes=yes, images=PICTURES):
            return 1
        if stays is None:
            with Progress("Starting AWS on this machine"):
                own = started.enter_context(LocalCloud(log_lines=show_logs if logs else None))
        return _dropped_and_seen(stays or running_of(own), stays=stays is not None)


def _dropped_and_seen(cloud: Running, *, stays: bool) -> int:
    (OUT / "dropped").mkdir(parents=True, exist_ok=True)
    _say_where(cloud, stays=stays)
    # Whatever the person's own AWS settings are, this goes nowhere else.
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    drops = _drop_all(cloud, own | aws_settings(cloud))
    _see(drops, Arrivals(cloud.client("s3"), cloud.inbox, cloud.images, OUT))
    return _report(cloud, drops, stays=stays)


def _say_where(cloud: Running, *, stays: bool) -> None:
    whose = "what `make up` keeps running" if stays else "a stack of its own, which ends with this demo"
    print(f"Dropping four files into {whose}, with the AWS CLI:\n")
    for line in lines_to_paste(cloud):
        print(faint(line))
    print()


def _drop_all(cloud: Running, environment: dict[str, str]) -> list[Drop]:
    """Each is written down just before it is dropped: a schedule must still be ahead."""
    folder, mark = OUT / "dropped", time.strftime("%H%M%S")
    files: tuple[Callable[[], Sample], ...] = (
        lambda: a_photo(folder, mark),
        lambda: a_text(folder, mark),
        lambda: a_list(folder, mark),
        lambda: a_schedule(folder, mark, dt.datetime.now(dt.UTC) + dt.timedelta(seconds=DUE_SECONDS)),
    )
    drops = []
    for sample in (make() for make in files):
        words = ["s3", "cp", str(sample.path), f"s3://{cloud.inbox}/{sample.folder}"]
        print(f"{bold('aws ' + shlex.join(words))}", flush=True)
        done = subprocess.run([AWS_CLI, *words], env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"The AWS CLI could not drop it, and nothing was spent on it: {done.stderr.strip()}")
        drops.append(Drop(sample))
    print()
    return drops


def _see(drops: list[Drop], arrivals: Arrivals) -> None:
    """Until something has become of each."""
    view = ArrivalsView(drops)
    with view.shown():
        while not all(drop.ended for drop in drops):
            time.sleep(_LOOK_SECONDS)
            for drop in drops:
                if not drop.ended:
                    view.show(drop, arrivals.look(drop))


def _report(cloud: Running, drops: list[Drop], *, stays: bool) -> int:
    pictures = [picture for drop in drops for picture in drop.pictures]
    failures = [text for drop in drops for text in drop.failures]
    last = max(drop.ended or 0 for drop in drops) - drops[0].at
    cost = f"{sum(one.credits for one in pictures):g} credits (${sum(one.usd for one in pictures):.2f})"
    rows = {
        "pictures": bold(f"{len(pictures)} of {PICTURES}") + f" in {last:.0f} s, saved in {bold(f'{OUT}/')}",
        "cost": cost if cloud.spends else f"nothing; at Kie.ai it would have cost {cost}",
        "failed": str(len(failures)),
    }
    print()
    for name, value in rows.items():
        print(f"  {faint(f'{name:<8}')} {value}")
    if not cloud.spends:
        print(
            faint("\n  The twin of Kie.ai recolours nothing: it shows your photo with the prompt set beside it.")
        )
    for text in failures:
        print(f"\n{text.strip()}")
    print("\nNext:")
    if stays:
        print(f"  {bold('aws s3 ls --recursive "s3://$IMAGES/"')}")
        print(f"  {bold('aws s3 cp YOUR.txt "s3://$INBOX/inbox/"')}")
    else:
        print(f"  {bold('make up')}    keep it running, and drop files of your own in a second terminal")
    print("  docs/content-teams.md: what else can be dropped, and how it is told when it fails")
    return 0 if len(pictures) == PICTURES and not failures else 1
