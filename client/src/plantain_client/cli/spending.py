"""`plantain estimate` and `plantain usage`: what an image would cost, and what images have cost."""

import argparse
from typing import Any

from plantain_client.cli.calling import calling
from plantain_client.cli.inputs import handed_in
from plantain_client.cli.presets import chosen
from plantain_client.cli.screen import Screen
from plantain_client.cli.spending_telling import show_estimate, show_plot, show_usage
from plantain_client.cli.trouble import FAILED, OK


def wished(asked: argparse.Namespace) -> dict[str, Any]:
    """What a command line asks for, but for the prompt and the images."""
    if (asked.prompt is None) == (asked.preset is None):
        asked.refuse("give a PROMPT or --preset NAME, and not both")
    return {"preset": asked.preset, **chosen(asked), "max_cost": asked.max_cost, "cache": asked.cache}


def estimate(asked: argparse.Namespace, screen: Screen) -> int:
    """Show what an image would cost; fails as the create would where a budget has no room for it."""
    settings = wished(asked)
    with calling(screen) as client, screen.working("estimating") as work:
        inputs = [handed_in(client, source, screen, work) for source in asked.input]
        found = client.estimate(asked.prompt, **settings, image_input=inputs)
    if screen.as_json:
        screen.document(found.document)
    else:
        show_estimate(screen, found, cached=asked.cache)
    # What was made before costs nothing, and whether it was is known to the create alone.
    return FAILED if found.over and not asked.cache else OK


def usage(asked: argparse.Namespace, screen: Screen) -> int:
    """Show what was made and spent."""
    with calling(screen) as client:
        found = client.usage(asked.first_day, asked.last_day, asked.by)
    if screen.as_json:
        screen.document(found.document)
    elif asked.plot:
        show_plot(screen, found)
    else:
        show_usage(screen, found)
    return OK
