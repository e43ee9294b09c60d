"""Looks how it goes with dropped files: the tag on each, its pictures as they come, and what could not be made."""

import json
import time
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from local.samples import Sample

_TAG = "plantain-status"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that has come: its key, where it was saved, and what it has cost at Kie.ai."""

    key: str
    path: Path
    credits: float
    usd: float
    seconds: float


@dataclass
class Drop:
    """A dropped file and what has become of it so far. `failures` are the texts that say why not."""

    sample: Sample
    at: float = field(default_factory=time.monotonic)
    tag: str = ""
    pictures: list[Picture] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    ended: float | None = None

    @property
    def seconds(self) -> float:
        """Since it was dropped, until all has come of it."""
        return (self.ended or time.monotonic()) - self.at

    @property
    def has_ended(self) -> bool:
        """Whether nothing more comes: the tag of a schedule says only that it was taken."""
        if self.sample.due:
            return bool(self.pictures or self.failures)
        return self.tag == "fail" or (self.tag == "success" and len(self.pictures) >= self.sample.pictures)


class Arrivals:
    """The two buckets, looked at with `s3`; pictures are saved into `folder`."""

    def __init__(self, s3: Any, inbox: str, images: str, folder: Path) -> None:
        self._s3, self._inbox, self._images, self._folder = s3, inbox, images, folder

    def look(self, drop: Drop) -> list[Picture]:
        """What has come since the last look."""
        drop.tag = self._tag(drop)
        came = [self._fetch(key, drop) for key in self._new(drop)]
        drop.pictures += came
        stem = drop.sample.path.stem
        drop.failures = [self._read(key).decode() for key in self._keys(f"failed/{stem}")]
        if drop.has_ended:
            drop.ended = time.monotonic()
        return came

    def _tag(self, drop: Drop) -> str:
        tags = self._s3.get_object_tagging(Bucket=self._inbox, Key=drop.sample.key)["TagSet"]
        return next((str(tag["Value"]) for tag in tags if tag["Key"] == _TAG), "")

    def _new(self, drop: Drop) -> list[str]:
        """By the manifest, which is written when the picture is there, and says its price."""
        stem, known = drop.sample.path.stem, {picture.key.rpartition(".")[0] for picture in drop.pictures}
        keys = self._keys(f"schedules/{stem}/" if drop.sample.due else "images/")
        own = [key for key in keys if PurePosixPath(key).name.startswith((f"{stem}__", f"{stem}-"))]
        told = {key.removesuffix(".json") for key in own if key.endswith(".json")}
        return [key for key in own if not key.endswith(".json") and key.rpartition(".")[0] in told - known]

    def _fetch(self, key: str, drop: Drop) -> Picture:
        manifest = json.loads(self._read(f"{key.rpartition('.')[0]}.json"))
        cost = manifest["cost"] or {"credits": 0, "usd": 0}
        path = self._folder / PurePosixPath(key).name
        path.write_bytes(self._read(key))
        return Picture(key, path, cost["credits"], cost["usd"], time.monotonic() - drop.at)

    def _read(self, key: str) -> bytes:
        content: bytes = self._s3.get_object(Bucket=self._images, Key=key)["Body"].read()
        return content

    def _keys(self, prefix: str) -> list[str]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._images, Prefix=prefix)
        return [entry["Key"] for page in pages for entry in page.get("Contents", [])]
