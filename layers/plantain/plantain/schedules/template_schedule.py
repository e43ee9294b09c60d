"""The one schedule that is declared by the template's parameters, for people who keep everything in git."""

import os

from plantain.documents import BadDocument, json_document
from plantain.schedules.kept import Kept

TEMPLATE = "template"  # the schedule's name; nobody else may keep one of this name


def template_schedule() -> Kept | None:
    """The schedule, None where the template declares none. What is wrong with its request shows when it runs."""
    expression = os.environ["SCHEDULED_EXPRESSION"].strip()
    if not expression:
        return None
    kind, _, rest = expression.partition("(")
    try:
        request = json_document(os.environ["SCHEDULED_REQUEST"].encode())
    except BadDocument:
        request = {"prompt": ""}
    document = {
        kind: rest.removesuffix(")"),
        "timezone": os.environ["SCHEDULED_TIMEZONE"],
        "requests": [request],
    }
    return Kept(TEMPLATE, document, "template", 0)
