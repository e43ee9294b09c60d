"""Input images as rounded tiles in a panel: rows filled evenly, each tile whole, in the middle of its place."""

import io

from PIL import Image, ImageDraw, ImageFilter

from local.twin.palette import Colour

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels."""


def lay_out(count: int, box: Box, gap: float) -> list[Box]:
    """A place for each of `count` tiles; the number of rows is the one with the squarest tiles."""
    left, top, right, bottom = box
    width, height = right - left, bottom - top

    def shape(rows: int) -> float:
        across = (width - gap * (-(-count // rows) - 1)) / -(-count // rows)
        down = (height - gap * (rows - 1)) / rows
        return max(across / down, down / across) if across > 0 and down > 0 else float("inf")

    rows = min(range(1, count + 1), key=shape)
    places: list[Box] = []
    for row in range(rows):
        across = count // rows + (row >= rows - count % rows)
        high = (height - gap * (rows - 1)) / rows
        wide = (width - gap * (across - 1)) / across
        y = top + row * (high + gap)
        places += [(left + k * (wide + gap), y, left + k * (wide + gap) + wide, y + high) for k in range(across)]
    return places


def hang(image: Image.Image, inputs: tuple[bytes, ...], box: Box, gap: float, frame: Colour) -> None:
    """Put the input images into the box, each with a frame and a soft shadow."""
    for data, place in zip(inputs, lay_out(len(inputs), box, gap), strict=True):
        with Image.open(io.BytesIO(data)) as tile:
            _hang_one(image, tile, place, gap, frame)


def _hang_one(image: Image.Image, tile: Image.Image, place: Box, gap: float, frame: Colour) -> None:
    line = max(2, round(gap * 0.16))
    (left, top), size = _fitted(tile.size, place, line)
    radius = min(round(gap * 0.8), min(size) // 4)
    _shadow(image, (left, top), size, gap, radius)
    image.paste(frame, (left, top), _rounded(size, radius))
    inner = size[0] - 2 * line, size[1] - 2 * line
    picture = tile.convert("RGBA").resize(inner, Image.Resampling.LANCZOS)
    ground = Image.new("RGB", inner, frame)
    ground.paste(picture, (0, 0), picture)
    image.paste(ground, (left + line, top + line), _rounded(inner, max(1, radius - line)))


def _fitted(shape: tuple[int, int], place: Box, line: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Corner and size of the frame, as large as its place allows and of the picture's own shape."""
    left, top, right, bottom = place
    across, down = max(right - left, 4) - 2 * line, max(bottom - top, 4) - 2 * line
    scale = min(across / shape[0], down / shape[1])
    wide, high = (max(1, round(edge * scale)) + 2 * line for edge in shape)
    return (round((left + right - wide) / 2), round((top + bottom - high) / 2)), (wide, high)


def _shadow(image: Image.Image, corner: tuple[int, int], size: tuple[int, int], gap: float, radius: int) -> None:
    """Made at an eighth of the size, which is quicker and as soft."""
    room = round(gap)
    full = size[0] + 2 * room, size[1] + 2 * room
    small = Image.new("L", (full[0] // 8 + 1, full[1] // 8 + 1))
    edge = room // 8
    ImageDraw.Draw(small).rounded_rectangle(
        (edge, edge, edge + size[0] // 8, edge + size[1] // 8), radius // 8, fill=90
    )
    mask = small.filter(ImageFilter.GaussianBlur(max(1.0, room / 24))).resize(full, Image.Resampling.BICUBIC)
    image.paste((0, 0, 0), (corner[0] - room, corner[1] - room + room // 4), mask)


def _rounded(size: tuple[int, int], radius: int) -> Image.Image:
    """A mask with smooth rounded corners."""
    mask = Image.new("L", (size[0] * 2, size[1] * 2))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, size[0] * 2 - 1, size[1] * 2 - 1), radius * 2, fill=255)
    return mask.resize(size, Image.Resampling.BOX)
