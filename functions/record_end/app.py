"""See that a job is final once its execution is over; tell the door it came by how, and how the budgets stand."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.drops.reports import report_to_source
from plantain.errors import JobNotFound
from plantain.job import task_id_of
from plantain.jobs.table import jobs
from plantain.recovery.ended_executions import end_execution
from plantain.schedules.job_reports import report_of_run
from plantain.spending.alerts import tell_of_budgets

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """A "Step Functions Execution Status Change" event; the execution's name holds the task id."""
    detail = event["detail"]
    name, status = detail["name"], detail["status"]
    task_id = task_id_of(name)
    try:
        if status != "SUCCEEDED" or not jobs().get(task_id).is_final:
            failure = end_execution(name, status, detail.get("error") or "")
            code = failure.code if failure else "reopened since"
            logger.info("ended", task_id=task_id, status=status, code=code)
        job = jobs().get(task_id)
    except JobNotFound:
        logger.warning("an execution without a job ended", execution=name)
        return
    if job.source:
        report_to_source(job)
    if job.door == "schedule":
        report_of_run(job)
    tell_of_budgets(job)
