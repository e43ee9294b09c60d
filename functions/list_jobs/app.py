"""List a caller's own jobs, newest first."""

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.faults import Fault
from plantain.http.api import answer, caller_of, http_api
from plantain.http.paging import limit_of
from plantain.http.problems import invalid
from plantain.images.bucket import images
from plantain.job import STATES
from plantain.jobs.listing import BadCursor, listing
from plantain.jobs.view import job_view

if TYPE_CHECKING:
    from plantain.jobs.answers import TaskPage

logger = Logger()
app = http_api(logger, on_failure="Failed to check task status")


@app.get("/api/images")
def list_jobs() -> Response[str]:
    """200 with a page of jobs and the cursor of the next, or the problem."""
    event = app.current_event
    query = event.query_string_parameters
    faults: list[Fault] = []
    limit, asked = limit_of(query, faults), query.get("state")
    state = asked if asked in STATES else None
    if asked != state:
        faults.append(Fault("/state", f"must be one of {', '.join(STATES)}"))
    if faults:
        raise invalid(*faults)
    try:
        page = listing().page(caller_of(event), limit=limit, cursor=query.get("cursor"), state=state)
    except BadCursor:
        raise invalid(Fault("/cursor", "must be the cursor of an earlier page")) from None
    shown: TaskPage = {"jobs": [job_view(job, images()) for job in page.jobs], "cursor": page.cursor}
    return answer(200, shown)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """GET /api/images?limit=&cursor=&state="""
    return app.resolve(event, context)
