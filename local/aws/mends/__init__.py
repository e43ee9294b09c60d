"""What ministack 1.5.33 gets wrong and this product needs right: one file per fault."""

from local.aws.mends import (
    definition_yaml,
    event_retries,
    execution_timeout,
    failed_lambda_over_http,
    http_api_body,
    lambda_runtime,
    map_concurrency,
    nested_execution,
    reserved_concurrency,
    retry_delay,
    s3_event_version,
    schedule_context,
    schedule_group,
    schedule_zone,
    secret_ref,
    secure_loopback,
    table_ttl,
    task_timeouts,
    task_token_owner,
    throttled_lambda,
)
from local.aws.mends.seam import LambdaHost, Mend, SeamMissing

ALL: tuple[Mend, ...] = (
    lambda_runtime.mend,
    throttled_lambda.mend,
    reserved_concurrency.mend,
    http_api_body.mend,
    failed_lambda_over_http.mend,
    definition_yaml.mend,
    execution_timeout.mend,
    task_timeouts.mend,
    task_token_owner.mend,
    retry_delay.mend,
    schedule_group.mend,
    schedule_zone.mend,  # before the next, which reads at() too
    map_concurrency.mend,
    nested_execution.mend,
    schedule_context.mend,
    s3_event_version.mend,
    event_retries.mend,
    table_ttl.mend,
    secret_ref.mend,
    secure_loopback.mend,
)

__all__ = ["ALL", "LambdaHost", "Mend", "SeamMissing"]
