"""Images to work from, as a command line names them."""

from pathlib import Path

from plantain_client import Plantain
from plantain_client.cli.screen import Screen
from plantain_client.cli.work import Work


def handed_in(client: Plantain, source: str, screen: Screen, work: Work) -> str:
    """An address or an upload's key as it is, a file by the key of its upload."""
    if source.startswith(("https://", "http://", "uploads/")):
        return source
    work.say(f"uploading {Path(source).name}")
    key = client.upload(source)
    screen.done(f"{source} uploaded as {key}")
    return key
