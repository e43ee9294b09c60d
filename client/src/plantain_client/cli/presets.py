"""`plantain presets [show | render]`: the presets there are, and what one of them comes to."""

import argparse
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from rich.table import Table
from rich.text import Text

from plantain_client import InvalidRequest, Preset, Rendering, Variable
from plantain_client.cli.advice import OK, USAGE, trouble_of
from plantain_client.cli.calling import calling
from plantain_client.cli.inputs import handed_in
from plantain_client.cli.screen import Screen, plain
from plantain_client.cli.telling import cost_in_words, field_in_words


def list_presets(_: argparse.Namespace, screen: Screen) -> int:
    """Show the presets there are."""
    with calling(screen) as client:
        presets = client.list_presets()
    if screen.as_json:
        screen.document({"presets": [dict(preset.document) for preset in presets]})
    else:
        _show_list(screen, presets)
    return OK


def show(asked: argparse.Namespace, screen: Screen) -> int:
    """Show one preset, with what it leaves open."""
    with calling(screen) as client:
        preset = client.get_preset(asked.name)
    if screen.as_json:
        screen.document(preset.document)
        return OK
    screen.rows(_rows(preset))
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
        _show_rendering(screen, rendering)
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


def _show_list(screen: Screen, presets: Iterable[Preset]) -> None:
    """A table on a terminal; elsewhere a line each, its fields between tabs."""
    if not screen.out.is_terminal:
        for preset in presets:
            screen.result_fields(preset.ref.name, preset.ref.version, _whose(preset), _told(preset))
        return
    table = Table(box=None, expand=True, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("PRESET", no_wrap=True)
    table.add_column("VERSION", min_width=12)
    table.add_column("FROM", no_wrap=True)
    table.add_column("DESCRIPTION", ratio=1)
    for preset in presets:
        told = Text(plain(_told(preset)), "red" if preset.problems else "")
        table.add_row(preset.ref.name, preset.ref.version, _whose(preset), told)
    screen.out.print(table)


def _rows(preset: Preset) -> dict[str, str]:
    images = f"at least {preset.min_images} of yours" if preset.min_images else "none needed"
    rows = {
        "preset": str(preset.ref),
        "from": _whose(preset),
        "broken": "; ".join(preset.problems),
        "description": preset.description,
        **{f"--var {variable.name}": _of_variable(variable) for variable in preset.variables},
        "aspect_ratio": preset.aspect_ratio or "",
        "resolution": preset.resolution or "",
        "output_format": preset.output_format or "",
        "style": preset.style,
        "mood": preset.mood,
        "composition": preset.composition,
        "locked": ", ".join(map(field_in_words, preset.locked)),
        "images": images + (f", and it adds {preset.brand_images}" if preset.brand_images else ""),
    }
    return {name: value for name, value in rows.items() if value}


def _of_variable(variable: Variable) -> str:
    told = [variable.description, "required" if variable.required else ""]
    if variable.choices:
        told.append(f"one of {', '.join(variable.choices)}")
    if variable.max_length is not None:
        told.append(f"up to {variable.max_length} characters")
    if variable.default:
        told.append(f"else: {variable.default}")
    return "; ".join(filter(None, told))


def _show_rendering(screen: Screen, rendering: Rendering) -> None:
    price = rendering.price
    screen.text(rendering.prompt)
    own, brand = rendering.own_images, rendering.brand_images
    screen.note(f"{rendering.preset}: {rendering.aspect_ratio} {rendering.resolution} {rendering.output_format}")
    screen.note(f"{own} images of yours, {brand} of the preset")
    screen.note(f"It would cost {cost_in_words(price)}; nothing was asked for.")


def _whose(preset: Preset) -> str:
    return "plantain" if preset.shipped else "own"


def _told(preset: Preset) -> str:
    return f"broken: {'; '.join(preset.problems)}" if preset.problems else preset.description
