"""The client of the command: whoever looks on is told why it waits."""

from plantain_client import Plantain, PlantainError, TooManyRequests
from plantain_client.cli.screen import Screen

_SHORT = 2.0  # seconds, which nobody wonders at


def calling(screen: Screen) -> Plantain:
    """A client of the environment's Plantain. Raises NotConfigured."""

    def tell(error: PlantainError, seconds: float) -> None:
        if isinstance(error, TooManyRequests):
            screen.note(f"waiting {seconds:.0f} s for your rate")
        elif seconds > _SHORT:
            screen.note(f"asking again in {seconds:.0f} s: {error}")

    return Plantain(on_retry=tell)
