"""List the runs of a schedule, the latest first."""

import re
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.faults import Fault
from plantain.http.api import answer, caller_of, http_api
from plantain.http.paging import limit_of
from plantain.http.problems import invalid
from plantain.refusals import ScheduleNotFound
from plantain.schedules.keeping import seen
from plantain.schedules.run import moment_text
from plantain.schedules.runs import runs
from plantain.schedules.view import run_view

if TYPE_CHECKING:
    from plantain.schedules.answers import RunPage

logger = Logger()
app = http_api(logger, on_failure="Failed to read schedule", not_found=ScheduleNotFound)


@app.get("/api/schedules/<name>/runs")
def list_runs(name: str) -> Response[str]:
    """200 with a page of runs and the cursor of the next, or the problem."""
    event = app.current_event
    query = event.query_string_parameters
    faults: list[Fault] = []
    limit, cursor = limit_of(query, faults), query.get("cursor")
    # The planned time of the last run shown.
    if cursor is not None and not re.fullmatch(r"\d{4}(-\d\d){2}T\d\d(:\d\d){2}Z", cursor, re.ASCII):
        faults.append(Fault("/cursor", "must be the cursor of an earlier page"))
    if faults:
        raise invalid(*faults)
    kept = seen(name, caller_of(event))
    found = runs().page(kept.name, limit + 1, before=cursor, caller=kept.caller)
    page = found[:limit]
    shown: RunPage = {
        "runs": [run_view(run) for run in page],
        "cursor": moment_text(page[-1].planned) if len(found) > len(page) else None,
    }
    return answer(200, shown)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """GET /api/schedules/{name}/runs?limit=&cursor="""
    return app.resolve(event, context)
