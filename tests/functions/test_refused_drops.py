"""What is dropped into the inbox and cannot be used: refused in plain words."""

import pytest

from plantain.drops.intake import OneBucketOnly
from tests.functions.dropping import Drops, inbox, picture

__all__ = ["inbox"]  # fixtures


def test_a_picture_in_no_folder_is_told_the_presets(inbox: Drops) -> None:
    said = inbox.refusal(inbox.drop("inbox/photo.jpg", picture("JPEG")))

    assert "lies in no folder; the first folder's name below inbox/ is the preset to use" in said
    assert "These work from one picture alone: recolor." in said


def test_a_folder_that_is_no_preset_is_told_those_that_work_from_a_picture_alone(inbox: Drops) -> None:
    for name, content in {
        "house-style": "prompt = 'x'",
        "broken": "prompt = ",
        "locks": "prompt = 'x'\nlocked = ['image_input']",
        "branded": "prompt = 'x'\nbrand = true",
        "full": f"prompt = 'x'\nbrand_images = [{', '.join(f"'presets/{n}.png'" for n in range(8))}]",
    }.items():
        inbox.put(f"presets/{name}.toml", content)
    said = inbox.refusal(inbox.drop("inbox/recolour/photo.jpg", picture("JPEG")))

    assert "lies in the folder recolour, which is no preset" in said
    assert "These work from one picture alone: branded, house-style, recolor." in said


def test_where_nothing_works_from_a_picture_alone_that_is_said(inbox: Drops) -> None:
    inbox.put("presets/recolor.toml", "prompt = ")

    assert "There is no preset that works" in inbox.refusal(inbox.drop("inbox/a/photo.jpg", picture("JPEG")))


def test_a_preset_further_down_is_told_to_be_the_first_folder(inbox: Drops) -> None:
    said = inbox.refusal(inbox.drop("inbox/march/recolor/photo.jpg", picture("JPEG")))

    assert "The preset must be the first folder: inbox/recolor/march/…, not inbox/march/recolor/…" in said


def test_a_picture_for_a_preset_of_several_is_told_so(inbox: Drops) -> None:
    said = inbox.refusal(inbox.drop("inbox/merge/photo.jpg", picture("JPEG")))

    assert "The preset merge, as the folder is named, works from 2 pictures together." in said


def test_a_preset_that_is_broken_is_told_with_its_fault(inbox: Drops) -> None:
    inbox.put("presets/recolor.toml", "prompt = ")

    assert "recolor is broken: line 1" in inbox.refusal(inbox.drop("inbox/recolor/a.jpg", picture("JPEG")))


def test_a_folder_that_can_be_no_preset_is_told_so(inbox: Drops) -> None:
    said = inbox.refusal(inbox.drop("inbox/Holiday Photos!/photo.jpg", picture("JPEG")))

    assert "lies in the folder Holiday Photos!, which is no preset" in said
    assert "alone: recolor." in said


def test_a_preset_that_needs_words_besides_says_so_with_the_way(inbox: Drops) -> None:
    said = inbox.refusal(inbox.drop("inbox/quote-card/photo.png", picture()))

    assert "quote-card, as the folder is named, needs words besides the picture: quote (The words of" in said
    assert "drop a request (.toml)" in said


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.docx", b"x", "does not know what to do with a file that ends in .docx"),
        ("recolor/a.heic", b"x", "ends in .heic"),
        ("README", b"x", "whose name has no ending"),
        ("a.txt", b" \n\t ", "The file is empty"),
        ("a.txt", b"x" * 40_001, "The file has 40,001 bytes; it may have 40,000 at the most"),
        ("a.txt", b"x" * 10_001, "must be at most 10000 characters, this one has 10001"),
        ("a.txt", "größer".encode("latin-1"), "In line 1: the file is not UTF-8"),
        ("a.txt", b"a\x00b", "NUL"),
        ("recolor/a.png", b"not a picture at all", "no PNG, JPEG or WebP picture"),
        (
            "a.toml",
            b'\xef\xbb\xbfprompt = "a"\r\n\r\naspect_ratio = "7:1"\r\n',
            "line 3, aspect_ratio: must be one of",
        ),
        ("a.toml", b"prompt = 'a'\nresolution = 2K\n", "In line 2: the file cannot be read: words stand"),
        ("a.toml", b"prompt = 'a'\n\ncolour = 'red'\n", "line 3, colour: is not a known field"),
        ("a.toml", b"resolution = '2K'\n", "needs a prompt, or the name of a preset"),
        ("a.toml", b"prompt = 'a'\ncount = 11\n", "line 2, count: must be at most 10"),
        ("a.toml", b"prompt = 'a'\ndry_run = 'yes'\n", "line 2, dry_run"),
        (
            "a.toml",
            b"prompt = 'a'\nimage_input = [\n'inbox/b.png']",
            "line 2, image_input, entry 1: is not in the",
        ),
        (
            "a.toml",
            b"prompt = 'a'\nimage_input = ['http://10.0.0.1/']",
            "line 2, image_input, entry 1: must be an h",
        ),
        ("a.toml", b"prompt = '" + b"x" * 10_050 + b"'", "line 1, prompt: must be at most 10000 characters"),
        ("a.toml", b"# " + b"x" * 250_000, "it may have 250,000 at the most"),
        ("a.toml", b"prompt = 'a'\nmax_cost = 0.05", "line 2, max_cost: allows $0.05 for an image, and this"),
        (
            "a.toml",
            b"prompt = 'a'\nmax_cost = 0.2\ncount = 3",
            "max_cost: allows $0.20 for all 3 images, and they cost $0.27 ($0.09 each)",
        ),
        ("a.json", b'{"prompt": "a",\n "aspect_ratio": "7:1"}', "line 2, aspect_ratio: must be one of"),
        ("a.json", b'{"prompt": "a"\n, }', "In line 2: the file is not valid JSON"),
        ("a.json", b'["a"]', "must be a JSON object"),
        ("a.json", b'{"prompt": "' + b"[" * 10_000 + b'"', "In line 1: the file is not valid JSON"),
        (
            "a.json",
            b'{"preset": "quote-card",\n "variables": {"quote": "\\ud800"}}',
            "line 2, variables.quote: must be val",
        ),
        (
            "a.json",
            b'{"preset": "quote-card",\n "variables": {"quote1": "a"}}',
            "line 2, variables.quote1: is not a var",
        ),
        ("a.toml", b"prompt = 'a'\n" + b"a." * 100_000 + b"a = 1", "In line 2: the file has more than 1000 dots"),
        ("a.json", '{"preset": "recolour"}'.encode("utf-16"), "not UTF-8"),
    ],
)
def test_what_cannot_be_used_is_said_in_words_with_its_line(
    inbox: Drops, name: str, content: bytes, told: str
) -> None:
    said = inbox.refusal(inbox.drop(f"inbox/{name}", content))

    assert told in said
    assert "What to do" in said
    assert "Traceback" not in said


def test_a_picture_of_more_than_thirty_megabytes_is_refused_unread(inbox: Drops) -> None:
    said = inbox.refusal(inbox.drop("inbox/recolor/photo.png", bytes(30_000_001)))

    assert "The picture has 30,000,001 bytes; it may have 30,000,000 (30 MB) at the most." in said
    assert "Save the picture in a smaller size" in said


def test_what_plantain_has_made_is_not_taken_for_a_wish(inbox: Drops) -> None:
    source = inbox.drop("inbox/recolor/photo.png", picture(), Metadata={"plantain": "some-task"})

    said = inbox.refusal(source)
    assert "Plantain has made this file itself" in said
    assert "Change that" not in said


def test_what_is_no_picture_is_told_how_to_make_one(inbox: Drops) -> None:
    said = inbox.refusal(inbox.drop("inbox/recolor/photo.png", b"not a picture at all"))

    assert "save it as PNG, JPEG or WebP, and drop that" in said
    assert "Change that" not in said


def test_a_refusal_delivered_twice_is_told_once(inbox: Drops) -> None:
    source = inbox.drop("inbox/a.docx")
    inbox.deliver(source)

    assert len(inbox.texts()) == 1


def test_one_bucket_for_both_is_an_error_before_anything_is_read(
    inbox: Drops, settings: pytest.MonkeyPatch
) -> None:
    source = inbox.put("inbox/a.txt")
    settings.setenv("IMAGES_BUCKET", "inbox")

    with pytest.raises(OneBucketOnly, match="two buckets"):
        inbox.deliver(source)
