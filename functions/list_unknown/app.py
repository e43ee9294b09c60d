"""List the jobs that may have cost money and have no image, or those under way, for an operator to see to."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.recovery.unknown_jobs import unended_jobs, unknown_jobs

DAYS = 14  # Kie.ai keeps what it has made no longer

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`{days?}` in, `{jobs}` out: those still in doubt, and those that failed within so many days.

    Of `{open}` so many that have not ended, the oldest first.
    """
    found = unended_jobs(max(0, event["open"])) if "open" in event else unknown_jobs(event.get("days", DAYS))
    logger.info("listed", jobs=len(found))
    return {"jobs": found}
