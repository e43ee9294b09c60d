"""Kie.ai's balance as a witness: it never keeps anything from being done."""

from plantain.aws import AWS_ERRORS
from plantain.errors import PlantainError
from plantain.kie import Kie


def balance_of(kie: Kie) -> float | None:
    """How many credits are left; None where Kie.ai does not tell now. Takes at most ten seconds."""
    try:
        return kie.credits()
    except (PlantainError, *AWS_ERRORS):
        return None
