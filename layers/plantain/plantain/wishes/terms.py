"""What holds for whoever asks: the limits of the model, and which images may be named."""

import os
from dataclasses import dataclass

from plantain.models import Model, configured_model
from plantain.network.addresses import trusted_origins


@dataclass(frozen=True, slots=True)
class Terms:
    """`from_inbox`: may name what lies in the inbox, as the owner's files may."""

    model: Model
    caller: str
    trusted_origins: frozenset[str] = frozenset()
    from_inbox: bool = False


def terms_of(caller: str, *, from_inbox: bool = False) -> Terms:
    """The terms of this installation for a caller."""
    return Terms(configured_model(), caller, trusted_origins(os.environ["TRUSTED_ORIGINS"]), from_inbox)
