"""The drawn pictures, kept up to a bound; never more are drawn at a time than there are cores."""

import os
import threading
from collections import OrderedDict

from local.twin.drawing import Drawing, draw
from local.twin.models import RESOLUTIONS
from local.twin.timeline import Task

KEPT_BYTES = 128 * 1024 * 1024


class Gallery:
    """Drawing waits for the first download, so that polls are never slowed and nothing is drawn in vain."""

    def __init__(self) -> None:
        self._pictures: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(os.cpu_count() or 1)

    def picture(self, task: Task, number: int) -> bytes:
        """The bytes of the picture with this number (from 1)."""
        key = (task.task_id, number)
        found = self._kept(key)
        if found is not None:
            return found
        with self._places:
            found = self._kept(key)  # perhaps another download had it drawn meanwhile
            if found is None:
                found = draw(_drawing(task, number))
                self._keep(key, found)
        return found

    def forget(self) -> None:
        with self._lock:
            self._pictures.clear()

    def _kept(self, key: tuple[str, int]) -> bytes | None:
        with self._lock:
            if key in self._pictures:
                self._pictures.move_to_end(key)
            return self._pictures.get(key)

    def _keep(self, key: tuple[str, int], picture: bytes) -> None:
        with self._lock:
            self._pictures[key] = picture
            while sum(map(len, self._pictures.values())) > KEPT_BYTES and len(self._pictures) > 1:
                self._pictures.popitem(last=False)


def _drawing(task: Task, number: int) -> Drawing:
    wish = task.wish
    resolution = wish.get("resolution") or "1K"
    return Drawing(
        text=task.text,
        ratio=wish.get("aspect_ratio") or "1:1",
        long_edge=RESOLUTIONS[resolution],
        output_format=task.output_format,
        inputs=task.inputs or (),
        caption=f"{task.model.name}  ·  {resolution}",
        variant=number,
    )
