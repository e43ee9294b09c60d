"""Options that several commands have."""

import argparse
from typing import Any

from plantain_client.cli import words
from plantain_client.operations import INTERVAL, MAX_ATTEMPTS


def described(found: Any, name: str, summary: str, more: str = "", **settings: Any) -> argparse.ArgumentParser:
    """A command or an action, added to those there are; its help begins with the summary as a sentence."""
    description = f"{summary[0].upper()}{summary[1:]}. {more}".strip()
    made: argparse.ArgumentParser = found.add_parser(name, help=summary, description=description, **settings)
    return made


def wish(parser: argparse.ArgumentParser) -> None:
    """What is asked for: a prompt or a preset, and the most it may cost."""
    parser.set_defaults(refuse=parser.error)
    parser.add_argument("prompt", nargs="?", type=words.text, metavar="PROMPT", help="what to draw, in words")
    parser.add_argument(
        "--preset", type=words.text, metavar="NAME", help="a preset in place of PROMPT, or NAME@VERSION"
    )
    filling(parser)
    limit = "the most it may cost, in US dollars; above that it is not made"
    parser.add_argument("--max-cost", type=words.amount, metavar="USD", help=limit)
    parser.add_argument(
        "--cache", action="store_true", help="an image made of the same request with --cache will do, for nothing"
    )


def filling(parser: argparse.ArgumentParser) -> None:
    """What a preset may be filled with; its settings are any request's."""
    parser.add_argument(
        "--var",
        action="append",
        default=[],
        type=words.variable,
        metavar="KEY=VALUE",
        help="a variable of the preset; repeatable",
    )
    for name, examples in (
        ("style", "isometric 3D, flat design, minimalist, cinematic …"),
        ("mood", "professional, bold, modern, premium …"),
        ("composition", "centered, asymmetric, grid layout, hero image …"),
    ):
        instead = f"in place of the preset's: {examples}"
        parser.add_argument(f"--{name}", type=words.text, metavar="WORDS", help=instead)
    parser.add_argument(
        "--input",
        action="append",
        default=[],
        type=words.source,
        metavar="IMAGE",
        help="an image to work from: a file, which is uploaded, an https URL, or the key of an upload; repeatable",
    )
    parser.add_argument("--aspect-ratio", type=words.text, metavar="RATIO", help="1:1, 3:2, 16:9 …")
    parser.add_argument("--resolution", type=words.text, metavar="SIZE", help="1K, 2K or 4K")
    parser.add_argument("--format", type=words.text, metavar="TYPE", help="png or jpg")


def output(parser: argparse.ArgumentParser) -> None:
    """Where to save."""
    where = "file or folder to save to (default: the task's id, here)"
    parser.add_argument("-o", "--output", default="", metavar="PATH", help=where)


def patience(parser: argparse.ArgumentParser, attempts: int = MAX_ATTEMPTS) -> None:
    """How long to wait."""
    looks, pause = "looks before giving up waiting", "seconds between looks"
    parser.add_argument(
        "--max-attempts", type=words.count, default=attempts, metavar="N", help=f"{looks} (default {attempts})"
    )
    parser.add_argument(
        "--interval", type=words.seconds, default=INTERVAL, metavar="S", help=f"{pause} (default {INTERVAL:g})"
    )
