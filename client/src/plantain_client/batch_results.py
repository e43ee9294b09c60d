"""Brings the results of a batch to disk, whole or not at all."""

import os
import re
import secrets
from os import PathLike
from pathlib import Path, PurePosixPath

from plantain_client.asking import again
from plantain_client.batch import Batch, BatchRef
from plantain_client.batches import get_batch
from plantain_client.errors import NotPlantain
from plantain_client.exchange import Operation, Send, sent
from plantain_client.fields import link
from plantain_client.uploading import refusal

# Whatever a server says, it leads out of no folder.
_PLAIN_NAME = re.compile(r"(?!\.)[\w. -]{1,80}")


def results_name(batch: Batch) -> str:
    """What its results are called in a folder: `cards.results.jsonl` of a batch that was made from cards.csv."""
    stem = re.sub(r"\.(csv|jsonl)$", "", PurePosixPath(batch.name).name, flags=re.IGNORECASE)
    return f"{stem}.results.jsonl" if _PLAIN_NAME.fullmatch(stem) else "batch.results.jsonl"


def download_results(batch_id: str | BatchRef | Batch, path: str | PathLike[str]) -> Operation[Path]:
    """Save `results.jsonl` of a batch that is `done`: one line a row, in the order of its file.

    In a folder it is named after the batch: `cards.results.jsonl`; what had that name is replaced.
    Raises ValueError for a batch that has none, OSError, StorageRefused, BatchNotFound, TransportFailed,
    NotPlantain.
    """
    id = batch_id if isinstance(batch_id, str) else batch_id.batch_id

    def attempt() -> Operation[Path]:
        batch = yield from get_batch(id)  # whose link was signed just now
        if batch.results_url is None:
            raise ValueError(f"Batch {id} is {batch.state}: it has no results.")
        answer = yield from sent(Send("GET", _usable(batch.results_url), keyed=False))
        if answer.status != 200:
            raise refusal("the download", answer)
        target = Path(path) / results_name(batch) if Path(path).is_dir() else Path(path)
        _put_in_place(answer.content, target)
        return target

    return (yield from again(attempt))


def _usable(address: str) -> str:
    try:
        return link(address)
    except ValueError:
        raise NotPlantain("The link to the results is no address that can be asked.", status=200) from None


def _put_in_place(content: bytes, target: Path) -> None:
    part = target.with_name(f".{target.name[:200]}.{secrets.token_hex(4)}.part")
    try:
        part.write_bytes(content)
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)
