"""Take in what somebody has dropped into the inbox."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.drops.intake import take_in_drop
from plantain.job import Source
from plantain.reports.telling import report_id_of

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """An "Object Created" event of the inbox. Its key is plain text, unlike that of an S3 notification."""
    created = event["detail"]["object"]
    source = Source(created["key"], created["version-id"])
    taken = take_in_drop(source)
    logger.info("dropped", drop=report_id_of(source), outcome=taken.outcome, ids=taken.ids)
