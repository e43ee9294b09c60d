"""All that is written on the records of jobs, by subject. But for `reopen` no write leaves a final state."""

import os
from functools import cache

from plantain.aws import client
from plantain.jobs.creates import Creates
from plantain.jobs.ends import Ends
from plantain.jobs.looks import Looks
from plantain.jobs.reopenings import Reopenings
from plantain.jobs.rings import Rings
from plantain.spending.ledger import ledger


class Jobs(Creates, Rings, Looks, Ends, Reopenings):
    """The records of jobs."""


@cache
def jobs() -> Jobs:
    """The configured jobs table, reached at first use."""
    return Jobs(os.environ["JOBS_TABLE"], client("dynamodb"), ledger())
