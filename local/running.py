"""Which local clouds run: each leaves a note with where it is, for the commands of another terminal."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import boto3
import botocore.session

from local.aws.environment import ADMIN_KEY, ADMIN_SECRET, REGION
from local.cloud import LocalCloud

# One note for each that runs, by its process id.
RUNNING = Path(".local") / "running"


@dataclass(frozen=True, slots=True)
class Running:
    """Where a local cloud is, and what its buckets and its table of API keys are called.

    `spends`: it asks Kie.ai itself, so that each image costs money.
    """

    url: str
    endpoint: str
    table: str
    inbox: str
    images: str
    spends: bool

    def client(self, service: str) -> Any:
        """The operator's client of a service there."""
        # The profile that a person has chosen for the real AWS means nothing here, and need not exist.
        settings = botocore.session.Session(session_vars={"profile": (None, None, None, None)})
        session = boto3.Session(ADMIN_KEY, ADMIN_SECRET, region_name=REGION, botocore_session=settings)
        return session.client(service, endpoint_url=self.endpoint)  # type: ignore[call-overload]


def running_of(cloud: LocalCloud) -> Running:
    """What there is to know of a cloud of our own."""
    outputs = cloud.stack.outputs
    return Running(
        cloud.api_url,
        cloud.aws.endpoint,
        outputs["ApiKeysTableName"],
        outputs["InboxBucketName"],
        outputs["ImagesBucketName"],
        spends=cloud.kie.twin_url is None,
    )


@contextmanager
def noted_as_running(cloud: LocalCloud) -> Iterator[None]:
    """Found by `running` as long as this lasts."""
    RUNNING.mkdir(parents=True, exist_ok=True)
    note = RUNNING / f"{os.getpid()}.json"
    note.write_text(json.dumps(asdict(running_of(cloud))))
    try:
        yield
    finally:
        note.unlink(missing_ok=True)


def running() -> Running | None:
    """The one that PLANTAIN_URL names, or else the youngest; None if none runs in this folder."""
    notes = [note for note in RUNNING.glob("*.json") if _alive(note.stem)]
    newest_first = sorted(notes, key=lambda note: note.stat().st_mtime, reverse=True)
    found = [Running(**json.loads(note.read_text())) for note in newest_first]
    asked = (one for one in found if one.url == os.environ.get("PLANTAIN_URL"))
    return next(asked, found[0] if found else None)


def _alive(pid: str) -> bool:
    """Whether that process (still) runs: one that was killed has left its note behind."""
    try:
        os.kill(int(pid), 0)
    except OSError:
        return False
    return True
