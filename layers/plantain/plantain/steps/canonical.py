"""The canonical form of a wish: the same for wishes of which one picture will do, another for all others."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict

from plantain.job import Job

# How a picture may be had and for how much, and names of inputs: none is part of what is asked for.
_NOT_ASKED_FOR = ("cache", "max_cost", "image_input")


def canonical_form(job: Job, inputs: Sequence[str]) -> str:
    """A hash of all that decides the picture, in hex; `inputs` are the SHA-256 of its input images, in order.

    What is left out of a request has its default by now, and a preset its words. Several images that one wish asks
    for are to differ: so which of them it is counts as well.
    """
    asked = {name: value for name, value in asdict(job.request).items() if name not in _NOT_ASKED_FOR}
    preset = [job.preset.name, job.preset.version] if job.preset else None
    whole = asked | {"inputs": list(inputs), "preset": preset, "copy": job.copy or 1}
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()
