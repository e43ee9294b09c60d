"""Look each day for runs of the next days whose local time the clock skips, and plan them by hand."""

import datetime as dt
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.schedules.keeping import arm_skipped, everything

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Nothing of the event is read."""
    now = dt.datetime.now(dt.UTC)
    failed = []
    for kept in everything():
        try:
            logger.info("armed", schedule=kept.name, runs=arm_skipped(kept, kept.schedule(), now))
        except Exception as error:  # one that cannot be planned is no reason to leave out the others
            logger.exception("not armed", schedule=kept.name)
            failed.append(error)
    if failed:
        raise failed[0]
