"""Check a preset's file as soon as it is put into the inbox."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.job import Source
from plantain.models import configured_model
from plantain.presets.check import check_put
from plantain.reports.telling import report_id_of

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """An "Object Created" event of the inbox; its key is plain text."""
    created = event["detail"]["object"]
    source = Source(created["key"], created["version-id"])
    outcome = check_put(source, configured_model())
    logger.info("preset checked", drop=report_id_of(source), outcome=outcome)
