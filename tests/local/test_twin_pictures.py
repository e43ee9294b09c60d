"""The twin's pictures are real ones, of the asked size, with the words and the input images in them."""

import io
import time
from collections.abc import Iterator
from functools import partial

import httpx
import pytest
from PIL import Image, ImageChops

from local.twin.characters import DISC, settable
from local.twin.collage import hang, lay_out
from local.twin.drawing import Drawing, draw, size_of
from local.twin.models import MODELS
from local.twin.twin import Twin
from local.twin.typesetting import fit

get = partial(httpx.get, verify=False, trust_env=False)  # plain HTTP: no certificates are read
post = partial(httpx.post, verify=False, trust_env=False)

HEADERS = {"Authorization": "Bearer twin-key"}
RATIOS = [ratio for ratio in MODELS["nano-banana-2"].ratios if ratio != "auto"]


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def plain(colour: str, size: tuple[int, int] = (64, 48)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize("ratio", RATIOS)
@pytest.mark.parametrize("edge", [1024, 2048])
def test_every_ratio_has_its_long_edge_and_its_shape(ratio: str, edge: int) -> None:
    width, height = opened(draw(Drawing("A boat", ratio, edge, "jpg"))).size
    across, down = map(int, ratio.split(":"))
    assert max(width, height) == edge
    assert abs(width * down - height * across) <= max(across, down) / 2 + 0.5


@pytest.mark.parametrize(("ratio", "size"), [("1:1", (4096, 4096)), ("16:9", (4096, 2304))])
def test_4k(ratio: str, size: tuple[int, int]) -> None:
    assert opened(draw(Drawing("A boat", ratio, 4096))).size == size


@pytest.mark.parametrize(
    ("ratio", "size"),
    [("16:9", (2048, 1152)), ("9:16", (1152, 2048)), ("21:9", (2048, 878)), ("2:3", (1365, 2048))],
)
def test_sizes_are_whole_pixels(ratio: str, size: tuple[int, int]) -> None:
    assert size_of(ratio, 2048) == size


def test_png_and_jpg_are_what_they_say_and_the_same_wish_gives_the_same_bytes() -> None:
    png, jpg = Drawing("A boat"), Drawing("A boat", output_format="jpg")
    assert (opened(draw(png)).format, opened(draw(jpg)).format) == ("PNG", "JPEG")
    assert draw(png) == draw(png)
    assert draw(png) != draw(Drawing("A ship")) != draw(Drawing("A ship", variant=2))


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "x" * 10_000,
        "word " * 2000,
        "Grüße – „schön“ ☂ 漢字 🍌\u200d🌈",
        "a\n\n\nb",
        "\u0308",
        "\ud800",
        "\x01",
    ],
)
def test_any_text_can_be_drawn(text: str) -> None:
    for ratio in ("9:16", "8:1"):
        assert max(opened(draw(Drawing(text, ratio, inputs=(plain("red"),)))).size) == 1024


def test_auto_takes_the_shape_of_the_first_image_or_chooses_one() -> None:
    tall = Drawing("A boat", "auto", inputs=(plain("red", (300, 450)), plain("blue")))
    assert opened(draw(tall)).size == size_of("2:3", 1024)
    assert opened(draw(Drawing("word " * 300, "auto"))).height == 1024


@pytest.mark.parametrize("count", range(1, 15))
@pytest.mark.parametrize("box", [(0.0, 0.0, 900.0, 800.0), (0.0, 0.0, 3000.0, 200.0), (0.0, 0.0, 200.0, 3000.0)])
def test_tiles_fill_their_panel_and_never_touch(count: int, box: tuple[float, float, float, float]) -> None:
    places = lay_out(count, box, 10.0)
    assert len(places) == count
    assert max(place[2] for place in places) == pytest.approx(box[2])
    assert max(place[3] for place in places) == pytest.approx(box[3])
    for number, one in enumerate(places):
        assert one[0] < one[2]
        assert one[1] < one[3]
        for other in places[number + 1 :]:
            assert other[0] >= one[2] + 9.9 or other[1] >= one[3] + 9.9


@pytest.mark.parametrize("ratio", ["16:9", "9:16", "1:1"])
def test_every_input_image_can_be_seen(ratio: str) -> None:
    colours = ["red", "lime", "blue", "yellow", "cyan", "magenta", "white", "black"]
    image = opened(draw(Drawing("A boat", ratio, inputs=tuple(plain(colour) for colour in colours)))).convert(
        "RGB"
    )
    for colour in colours:
        far = ImageChops.difference(image, Image.new("RGB", image.size, colour)).convert("L")
        assert far.histogram()[0] > 2500, colour


def test_a_text_uses_its_box_and_a_long_one_gets_columns_and_an_end() -> None:
    short = fit("A boat", (1000.0, 500.0), 120, 8)
    long = fit("word " * 1800, (1800.0, 900.0), 120, 12)
    over = fit("word " * 1800, (300.0, 300.0), 120, 8)
    assert (short.size, short.columns) == (120, (("A boat",),))
    assert len(long.columns) > 1
    assert sum(len(line.split()) for column in long.columns for line in column) == 1800
    assert over.columns[-1][-1].endswith(" …")
    assert all(setting.height <= high for setting, high in ((short, 500), (long, 900), (over, 300)))


def test_lines_are_balanced_so_that_no_word_is_left_alone() -> None:
    setting = fit("one two three four five six", (400.0, 100.0), 40, 40)
    assert [len(line.split()) for line in setting.columns[0]] in ([3, 3], [4, 2])


def test_a_line_break_in_a_paragraph_is_a_space_and_a_paragraph_begins_anew() -> None:
    setting = fit("one two\nthree\n \nfour", (1000.0, 500.0), 40, 40)
    assert setting.columns == (("one two three", "four"),)


@pytest.mark.parametrize("size", [(600, 200), (200, 600), (1, 900)])
def test_an_input_image_is_shown_whole_and_in_its_shape(size: tuple[int, int]) -> None:
    picture = Image.new("RGB", size, "red")
    picture.paste("lime", (0, 0, -(-size[0] // 2), size[1] // 2))
    out = io.BytesIO()
    picture.save(out, "PNG")
    wall = Image.new("RGB", (1000, 1000), "blue")
    hang(wall, (out.getvalue(),), (0.0, 0.0, 1000.0, 1000.0), 30.0, (255, 255, 255))
    far = ImageChops.difference(wall, Image.new("RGB", wall.size, "blue")).convert("L").point(lambda x: x > 60)
    left, top, right, bottom = far.getbbox() or (0, 0, 0, 0)
    frame = 2 * 5
    assert (right - left - frame) / size[0] == pytest.approx((bottom - top - frame) / size[1], rel=0.1)
    assert max(right - left, bottom - top) >= 980


def test_what_the_font_lacks_is_composed_or_becomes_a_disc() -> None:
    assert settable("ä") == "a\u0308"
    assert settable("groß") == "gross"
    assert settable("– 漢🍌🏽\u200d") == f"– {DISC}{DISC}"


@pytest.fixture(scope="module")
def twin() -> Iterator[Twin]:
    with Twin(draw_seconds=0.0) as twin:
        yield twin


def finished(twin: Twin, **wish: object) -> list[str]:
    body = {"model": "nano-banana-pro", "input": {"prompt": "A boat"} | wish}
    created = post(f"{twin.api_url}/api/v1/jobs/createTask", headers=HEADERS, json=body).json()
    url = f"{twin.api_url}/api/v1/jobs/recordInfo?taskId={created['data']['taskId']}"
    urls: list[str] = get(url, headers=HEADERS).json()["data"]["response"]["resultUrls"]
    return urls


def test_the_download_is_the_picture_asked_for(twin: Twin) -> None:
    answer = get(finished(twin, aspect_ratio="4:5", resolution="2K", output_format="jpg")[0])
    assert answer.headers["content-type"] == "image/jpeg"
    assert (opened(answer.content).size, opened(answer.content).format) == ((1638, 2048), "JPEG")
    first, second = finished(twin, prompt="A boat [twin:urls]")
    assert opened(get(first).content).size == (1024, 1024)
    assert get(first).content != get(second).content


def test_a_marker_does_not_change_the_picture(twin: Twin) -> None:
    one, other = finished(twin)[0], finished(twin, prompt="A boat [twin:generating]")[0]
    assert get(one).content == get(other).content


def test_nothing_is_given_before_the_end_nor_for_another_name(twin: Twin) -> None:
    url = finished(twin)[0]
    assert get(url.replace("/1.png", "/2.png")).status_code == 404
    assert get(url.replace(".png", ".jpg")).status_code == 404
    assert get(f"{twin.files_url}/h/{'0' * 32}/1.png").status_code == 404
    twin.set(drawSeconds=60)
    body = {"model": "nano-banana-pro", "input": {"prompt": "A boat"}}
    created = post(f"{twin.api_url}/api/v1/jobs/createTask", headers=HEADERS, json=body).json()
    assert get(f"{twin.files_url}/h/{created['data']['taskId']}/1.png").status_code == 404
    twin.set(drawSeconds=0)


def test_a_2k_picture_takes_no_longer_than_a_person_notices() -> None:
    start = time.process_time()
    draw(Drawing("A lighthouse at dawn", "16:9", 2048))
    assert time.process_time() - start < 2.0  # about 0.3 s; the rest is room for a busy machine
