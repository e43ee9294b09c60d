"""Saves what a batch has made: its results, and the pictures of its rows, a few at a time."""

import filecmp
import hashlib
import itertools
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from plantain_client import Batch, Image, ImageGone, Plantain, PlantainError, TaskNotFound
from plantain_client.batch_results import results_name
from plantain_client.cli.work import Work
from plantain_client.downloading import extension_of

AT_ONCE = 4

_PLAIN_NAME = re.compile(r"(?!\.)[\w.-]+")
_LONGEST_NAME = 200  # bytes; file systems take 255, and what is not finished yet has a longer name


@dataclass(slots=True)
class Pictures:
    """How many were fetched, how many were there already, and why others are `missing`, some of them by name."""

    folder: Path
    saved: int = 0
    there: int = 0
    missing: int = 0
    why: list[str] = field(default_factory=list)


def save_results(client: Plantain, batch: Batch, output: str) -> Path:
    """In the file that `output` names; in a folder beside those of the same name, but the same ones only once."""
    path = Path(output or ".")
    if output.endswith("/"):
        path.mkdir(parents=True, exist_ok=True)
    if not path.is_dir():
        return client.download_results(batch, path)
    before: Path | None = None
    for target in _names(path / results_name(batch)):
        if not target.exists():
            break
        before = target
    client.download_results(batch, target)
    if before and filecmp.cmp(before, target, shallow=False):
        target.unlink()
        return before
    return target


def save_pictures(client: Plantain, results: Path, folder: Path, work: Work) -> Pictures:
    """The pictures of all rows that have one, under their names in the bucket. Raises OSError.

    What lies there with the same SHA-256 is not fetched again. A picture that is gone stops no other; where it
    cannot go on (no network, say) the rest is missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows = map(json.loads, results.read_text(encoding="utf-8").splitlines())
    task_ids = dict.fromkeys(row["taskId"] for row in rows if row.get("state") == "success")
    found, done = Pictures(folder), 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        looks = {pool.submit(_save, client, task_id, folder): task_id for task_id in task_ids}
        try:
            for done, look in enumerate(as_completed(looks), start=1):
                work.say(f"saving pictures, {done} of {len(looks)}", done, len(looks))
                try:
                    for fetched in look.result():
                        found.saved, found.there = found.saved + fetched, found.there + (not fetched)
                except (TaskNotFound, ImageGone) as gone:
                    found.missing += 1
                    found.why.append(f"task {looks[look]}: {_why(gone)}")
                except PlantainError as error:
                    found.missing += 1 + len(looks) - done
                    found.why.append(str(error))
                    break
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    return found


def _save(client: Plantain, task_id: str, folder: Path) -> list[bool]:
    """Of each picture of the task, whether it had to be fetched."""
    task = client.query_task(task_id)
    fetched = []
    for index, image in enumerate(task.images):
        target = folder / _name(image)
        fetched.append(not _is_there(target, image))
        if fetched[-1]:
            client.download(task, target, index=index)
    return fetched


def _name(image: Image) -> str:
    """As in the bucket; "" (which leaves it to its task's id) where that is no name for a file of its kind."""
    name = PurePosixPath(image.key).name
    usable = _PLAIN_NAME.fullmatch(name) and len(name.encode()) <= _LONGEST_NAME
    return name if usable and PurePosixPath(name).suffix == extension_of(image) else ""


def _is_there(path: Path, image: Image) -> bool:
    if not path.is_file() or path.stat().st_size != image.size:
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == image.sha256


def _why(error: PlantainError) -> str:
    if isinstance(error, TaskNotFound):
        return "it is another caller's, as those of a dropped file are: they lie in the images bucket"
    return str(error)


def _names(first: Path) -> Iterator[Path]:
    """cards.results.jsonl, cards-2.results.jsonl …"""
    stem, dot, extensions = first.name.partition(".results.")
    numbered = (first.with_name(f"{stem}-{number}{dot}{extensions}") for number in itertools.count(2))
    return itertools.chain([first], numbered)
