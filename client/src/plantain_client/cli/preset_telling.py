"""Presets in words: a table of all, rows for one, and what one comes to."""

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from plantain_client import Preset, Rendering, Variable
from plantain_client.cli.letters import plain
from plantain_client.cli.screen import Screen
from plantain_client.cli.telling import cost_in_words, field_in_words


def show_presets(screen: Screen, presets: Iterable[Preset]) -> None:
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


def rows_of(preset: Preset) -> dict[str, str]:
    """All that a preset says and leaves open, but its prompt."""
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
    return "; ".join(filter(None, told)) or "optional"


def show_rendering(screen: Screen, rendering: Rendering) -> None:
    """The whole prompt, the settings and the price."""
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
