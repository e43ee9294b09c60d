"""The only module that knows where Kie.ai reaches this stack: a parameter of Systems Manager.

Not an environment variable: the function that tells Kie.ai is part of what the API itself depends on.
"""

import os
from functools import cache

from plantain.aws import client

NONE = "none"


@cache
def callback_base() -> str | None:
    """The API's address as others reach it, without a slash at its end; None if nobody can. Read once."""
    answer = client("ssm").get_parameter(Name=os.environ["CALLBACK_PARAMETER"])
    value = str(answer["Parameter"]["Value"]).rstrip("/")
    return None if value == NONE else value
