"""Take in a wish over HTTP, start it, and answer at once if Kie.ai refuses it."""

import time
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.aws import AWS_ERRORS
from plantain.http.api import RETRY_AFTER_SECONDS, answer, http_api, idempotency_key, json_object, yes_or_no
from plantain.http.counted import counted_caller
from plantain.http.known_errors import problem_of_failure
from plantain.job import Job, new_job
from plantain.jobs.intake import take_in, taken_in
from plantain.jobs.table import jobs
from plantain.network.dns import dns
from plantain.planning.estimates import estimate_of
from plantain.planning.plans import plan_of
from plantain.spending.ledger import ledger
from plantain.wishes.terms import terms_of
from plantain.wishes.wish import check_wish, request_fingerprint_of

if TYPE_CHECKING:
    from plantain.jobs.answers import TaskAccepted

WATCH_SECONDS = 5.0
LOOK_SECONDS = 0.1

logger = Logger()
app = http_api(logger, on_failure="Failed to start image generation", charged="unknown")


@app.post("/api/images/generate")
def submit_job() -> Response[str]:
    """202 with the task id, 200 with the estimate of a dry run, or the problem."""
    event = app.current_event
    caller, rate = counted_caller(event)
    terms = terms_of(caller)
    wish = check_wish(json_object(event), terms)
    key, fingerprint = idempotency_key(event), request_fingerprint_of(wish)
    if yes_or_no(event, "dryRun"):
        return answer(200, estimate_of(wish, terms, dns()), rate)
    # A repeat gets its task, whatever has become of its preset and inputs.
    reservation = taken_in(caller, key, fingerprint)
    if reservation is None:
        plan = plan_of(wish, terms, dns())
        job = new_job(caller, "http", plan.request, preset=plan.preset)
        ledger().require_room(job)
        reservation = take_in(job, key, fingerprint)
    job = _watch(reservation.job)
    logger.info("taken in", task_id=job.task_id, caller=caller, state=job.state, replayed=reservation.replayed)
    headers = {"Idempotency-Replayed": "true"} if reservation.replayed else {}
    if job.failure and job.kie_task_id is None:
        raise problem_of_failure(job.task_id, job.failure, headers)
    headers["Location"] = f"/api/images/status?taskId={job.task_id}"
    headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    accepted: TaskAccepted = {"taskId": job.task_id, "state": job.state}
    return answer(202, accepted, headers | rate)


def _watch(job: Job) -> Job:
    """The job once Kie.ai has accepted or refused it, or as it is after WATCH_SECONDS.

    It has been started, so nothing that fails here may turn the answer into an error that invites a second wish.
    """
    deadline = time.monotonic() + WATCH_SECONDS
    try:
        while not (job.kie_task_id or job.is_final) and time.monotonic() < deadline:
            time.sleep(LOOK_SECONDS)
            job = jobs().get(job.task_id)
    except AWS_ERRORS:
        logger.exception("could not watch", task_id=job.task_id)
    return job


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """POST /api/images/generate."""
    return app.resolve(event, context)
