"""Find jobs that nothing carries any more, see to them, and measure what is open."""

from dataclasses import asdict
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.kie.api import kie
from plantain.kie.balance import balance_of, keep_balance
from plantain.metrics import measure_open
from plantain.recovery.sweeping import sweep

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Called by a schedule; the event says nothing."""
    swept = sweep()
    if (balance := balance_of(kie())) is not None:
        keep_balance(balance)
    measure_open(swept.open, oldest=swept.oldest, in_doubt=swept.in_doubt, balance=balance)
    tell = logger.warning if swept.missed else logger.info
    tell("swept", **asdict(swept))
