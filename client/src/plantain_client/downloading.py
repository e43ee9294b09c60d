"""Brings a stored image to disk, whole or not at all."""

import hashlib
import os
import re
import secrets
from contextlib import suppress
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from plantain_client.answers import error_of
from plantain_client.asking import again
from plantain_client.errors import DamagedImage, NotPlantain, PlantainError, StillRunning, TaskFailed
from plantain_client.exchange import Operation, Send, sent
from plantain_client.fields import link
from plantain_client.operations import query_task
from plantain_client.task import Image, Task, TaskRef
from plantain_client.uploading import refusal

_EXTENSIONS = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp"}
_PLAIN_NAME = re.compile(r"(?!\.)[\w.-]{1,128}", re.ASCII)


def download(task: Task | TaskRef | str, path: str | PathLike[str], *, index: int = 0) -> Operation[Path]:
    """Save an image of a successful task; the answer is where. In a folder it is named after its task.

    Asks for a fresh link each time, streams into a temporary file beside, checks size and SHA-256, and only then
    takes the name, replacing what had it. `index` counts a task's images from 0.

    Raises TaskFailed, StillRunning, ImageGone, StorageRefused, DamagedImage, OSError, ValueError for an index that
    is not there, ApiError, TransportFailed, NotPlantain.
    """
    if not isinstance(task, Task):
        task = yield from query_task(task)
    image = _image_of(task, index)
    target = _target(Path(path), task, image, index)
    task_id = task.task_id

    def attempt() -> Operation[Path]:
        link = yield from _fresh_link(task_id, index)
        with _Beside(target, image) as part:
            send = Send("GET", link, headers={"Accept-Encoding": "identity"}, keyed=False, into=part.write)
            answer = yield from sent(send)
            if answer.status != 200:
                raise refusal("the download", answer)
            part.finish()
        return target

    try:
        return (yield from again(attempt))
    except PlantainError as error:
        error.task_id = task_id
        raise


def extension_of(image: Image) -> str:
    """With its dot; empty for what is none of the kinds of images that Plantain stores."""
    return _EXTENSIONS.get(image.content_type, "")


class _Beside:
    """A temporary file beside its target; it takes the target's name when it is finished, and else goes."""

    def __init__(self, target: Path, image: Image) -> None:
        self._target, self._image = target, image
        self._path = target.with_name(f".{target.name[:200]}.{secrets.token_hex(4)}.part")
        self._hash, self._size = hashlib.sha256(), 0

    def __enter__(self) -> Self:
        self._file = self._path.open("xb")
        return self

    def write(self, piece: bytes) -> None:
        """Raises DamagedImage when more comes than was stored."""
        self._size += len(piece)
        if self._size > self._image.size:
            raise DamagedImage(f"More came than the {self._image.size} bytes that were stored.")
        self._hash.update(piece)
        self._file.write(piece)

    def finish(self) -> None:
        """Check it and give it its name. Raises DamagedImage."""
        if self._size != self._image.size:
            raise DamagedImage(f"{self._size} bytes came of the {self._image.size} that were stored.")
        if self._hash.hexdigest() != self._image.sha256:
            raise DamagedImage("What came has another SHA-256 than what was stored.")
        self._file.close()
        os.replace(self._path, self._target)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        with suppress(FileNotFoundError):
            self._path.unlink()


def _image_of(task: Task, index: int) -> Image:
    if task.state == "fail":
        raise TaskFailed(task.fail_msg or "", task.fail_code or "", task.charged, task=task)
    if task.state != "success":
        raise StillRunning(task.task_id, state=task.state, charged=task.charged)
    if not 0 <= index < len(task.images):
        raise ValueError(f"Task {task.task_id} has {len(task.images)} image(s), so none at index {index}.")
    return task.images[index]


def _target(path: Path, task: Task, image: Image, index: int) -> Path:
    if not path.is_dir():
        return path
    extension = extension_of(image)
    # The server's words become a file's name: they must not lead out of the folder, nor make a program of it.
    if not _PLAIN_NAME.fullmatch(task.task_id) or not extension:
        what = f"The task's id ({task.task_id!r:.80}) or its image's type ({image.content_type!r:.80})"
        raise NotPlantain(
            f"{what} cannot name a file. Nothing was written; a file can be named for it.", status=200
        )
    number = f"-{index + 1}" if index else ""
    return path / f"{task.task_id}{number}{extension}"


def _fresh_link(task_id: str, index: int) -> Operation[str]:
    """A link signed now. The first image has a route of its own, which knows whether it is still there."""
    if index:
        images = (yield from query_task(task_id)).images
        if index >= len(images):
            raise NotPlantain(f"The image at index {index} is no longer among the task's.", status=200)
        return _asked(images[index].url, 200)
    send = Send("GET", f"/api/images/{quote(task_id, safe='')}/image")
    answer = yield from sent(send)
    if answer.status in (302, 303, 307) and "location" in answer.headers:
        return _asked(answer.headers["location"], answer.status)
    raise error_of(answer)


def _asked(address: str, status: int) -> str:
    try:
        return link(address)
    except ValueError:
        raise NotPlantain("The link to the image is no address that can be asked.", status=status) from None
