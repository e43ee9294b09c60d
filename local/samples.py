"""Files to try the drop folder with: a photo, a text, a list of six, and a schedule that is soon due."""

import datetime as dt
import math
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

_TEXT = "A plantain leaf after the rain, from so near that every drop is a lens\n"
_LIST = """\
id,prompt,aspect_ratio,resolution
monday,"Monday: begin with the smallest thing",1:1,1K
tuesday,"Tuesday: write it down, then forget it",1:1,1K
wednesday,"Wednesday: half of it is enough",1:1,1K
thursday,"Thursday: ask somebody",1:1,1K
friday,"Friday: leave it better than you found it",1:1,1K
saturday,"Saturday: go outside",1:1,1K
"""
_SCHEDULE = """\
at = "{at:%Y-%m-%dT%H:%M:%S}"    # once; every Monday at nine would be: cron = "0 9 ? * MON *"
timezone = "UTC"

[[requests]]
prompt = "The picture of the day, $date"
resolution = "1K"
"""
_WIDTH, _HEIGHT, _FINER = 900, 600, 2


@dataclass(frozen=True, slots=True)
class Sample:
    """A file, the folder of the inbox it belongs into, how many pictures it asks for, and when (None: at once)."""

    path: Path
    folder: str
    pictures: int
    due: dt.datetime | None = None

    @property
    def key(self) -> str:
        """Where it lies in the inbox."""
        return f"{self.folder}{self.path.name}"


def a_photo(folder: Path, mark: str) -> Sample:
    """A boat in the evening, for the preset `recolor`. `mark` makes the names of the files one's own."""
    path = folder / f"boat-{mark}.jpg"
    _boat().save(path, quality=88)
    return Sample(path, "inbox/recolor/", 1)


def a_text(folder: Path, mark: str) -> Sample:
    """A prompt and nothing else."""
    return _written(Sample(folder / f"leaf-{mark}.txt", "inbox/", 1), _TEXT)


def a_list(folder: Path, mark: str) -> Sample:
    """Six rows."""
    return _written(Sample(folder / f"week-{mark}.csv", "inbox/", 6), _LIST)


def a_schedule(folder: Path, mark: str, due: dt.datetime) -> Sample:
    """One that runs once, at that moment."""
    due = due.astimezone(dt.UTC).replace(microsecond=0)
    return _written(Sample(folder / f"day-{mark}.toml", "schedules/", 1, due), _SCHEDULE.format(at=due))


def _written(sample: Sample, text: str) -> Sample:
    sample.path.write_text(text)
    return sample


def _boat() -> Image.Image:
    width, height, horizon = _WIDTH * _FINER, _HEIGHT * _FINER, 360 * _FINER
    picture = Image.new("RGB", (width, height))
    pen = ImageDraw.Draw(picture)
    for y in range(height):
        far = abs(y - horizon) / (horizon if y < horizon else height - horizon)
        near, away = ((255, 196, 122), (52, 84, 138)) if y < horizon else ((222, 150, 110), (18, 44, 84))
        pen.line((0, y, width, y), fill=_between(near, away, far**0.7))
    sun = (620 * _FINER, 300 * _FINER)
    pen.circle(sun, 46 * _FINER, fill=(255, 246, 214))
    for y in range(horizon + 6 * _FINER, height, 7 * _FINER):
        reach = (20 + (y - horizon) / 4) * (1 + 0.5 * math.sin(y))
        pen.line((sun[0] - reach, y, sun[0] + reach, y), fill=(255, 226, 176), width=2 * _FINER)
    _shape(pen, (28, 33, 48), (210, 392), (430, 392), (398, 430), (246, 430))
    _shape(pen, (250, 244, 230), (318, 150), (318, 380), (436, 380))
    _shape(pen, (214, 84, 66), (306, 180), (306, 380), (222, 380))
    return picture.resize((_WIDTH, _HEIGHT), Image.Resampling.LANCZOS).filter(ImageFilter.SMOOTH)


def _between(one: tuple[int, ...], other: tuple[int, ...], share: float) -> tuple[int, ...]:
    return tuple(round(a + (b - a) * share) for a, b in zip(one, other, strict=True))


def _shape(pen: ImageDraw.ImageDraw, colour: tuple[int, ...], *corners: tuple[int, int]) -> None:
    pen.polygon([(x * _FINER, y * _FINER) for x, y in corners], fill=colour)
