"""`plantain presets [show | render]`: the presets there are, and what one of them comes to."""

import argparse
from dataclasses import replace
from typing import Any

from plantain_client import InvalidRequest
from plantain_client.cli import words
from plantain_client.cli.advice import trouble_of
from plantain_client.cli.calling import calling
from plantain_client.cli.inputs import handed_in
from plantain_client.cli.options import described, filling
from plantain_client.cli.preset_telling import rows_of, show_presets, show_rendering
from plantain_client.cli.screen import Screen
from plantain_client.cli.trouble import OK, USAGE


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The actions."""
    found = parser.add_subparsers(metavar="ACTION", title="actions")
    for name, run, summary in (
        ("show", show, "show a preset with its prompt and what it leaves open"),
        ("render", render, "show the whole prompt, the settings and the price; costs nothing"),
    ):
        made = described(found, name, summary)
        made.set_defaults(run=run)
        made.add_argument("name", type=words.text, metavar="NAME", help="the preset, or NAME@VERSION")
        # What was said before the action holds, unless it is said again.
        made.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="one JSON document")
        if run is render:
            filling(made)


def list_presets(_: argparse.Namespace, screen: Screen) -> int:
    """Show the presets there are."""
    with calling(screen) as client:
        presets = client.list_presets()
    if screen.as_json:
        screen.document({"presets": [dict(preset.document) for preset in presets]})
    else:
        show_presets(screen, presets)
    return OK


def show(asked: argparse.Namespace, screen: Screen) -> int:
    """Show one preset, with what it leaves open."""
    with calling(screen) as client:
        preset = client.get_preset(asked.name)
    if screen.as_json:
        screen.document(preset.document)
        return OK
    screen.rows(rows_of(preset))
    if preset.prompt:
        screen.text(preset.prompt)
    return OK


def render(asked: argparse.Namespace, screen: Screen) -> int:
    """Show what a preset comes to, filled so."""
    try:
        with calling(screen) as client, screen.working("rendering") as work:
            inputs = [handed_in(client, source, screen, work) for source in asked.input]
            rendering = client.render_preset(asked.name, **chosen(asked), image_input=inputs)
    except InvalidRequest as error:
        advice = f"See what it leaves open: plantain presets show {asked.name}"
        screen.trouble(replace(trouble_of(error), advice=advice))
        return USAGE
    if screen.as_json:
        screen.document(rendering.document)
    else:
        show_rendering(screen, rendering)
    return OK


def chosen(asked: argparse.Namespace) -> dict[str, Any]:
    """What a command line says of variables, words and settings."""
    return {
        "variables": dict(asked.var),
        "style": asked.style,
        "mood": asked.mood,
        "composition": asked.composition,
        "aspect_ratio": asked.aspect_ratio,
        "resolution": asked.resolution,
        "output_format": asked.format,
    }
