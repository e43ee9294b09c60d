"""Wishes that tell the twin what to play (local/twin/scripts.py), small enough to be drawn quickly."""

from typing import Any

from plantain.job import Job
from tests.builders import a_job, a_request


def a_wish(script: str = "", **changes: Any) -> Job:
    """A job whose prompt carries the twin's script, such as `busy x2`."""
    prompt = f"a plantain in the sun [twin:{script}]" if script else "a plantain in the sun"
    return a_job(request=a_request(**{"prompt": prompt, "aspect_ratio": "1:1", "resolution": "1K"} | changes))
