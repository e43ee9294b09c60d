"""One contract per mend, and one test that fails when ministack no longer needs the mend.

A test named `test_ministack_still_…` that fails is good news: delete the mend, its contract and that test.
"""

import json
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from local.aws.mends import SeamMissing
from local.aws.mends.definition_yaml import as_json
from local.aws.mends.http_api_body import authorizers_of
from local.aws.mends.retry_delay import delay_of
from local.aws.mends.schedule_zone import next_in_zone
from local.aws.mends.seam import seam
from tests.local.aws_sample.client import ROOT, Sample, children_of, eventually, sample_stack

SAMPLE = ROOT / "tests/local/aws_sample"
SLOW = {"Type": "Wait", "Seconds": 60}  # 3 s at the sample's scale of 0.05
SCHEDULE = '{"at": "<aws.scheduler.scheduled-time>", "arn": "<aws.scheduler.schedule-arn>"}'


@pytest.fixture(scope="module", name="aws")
def mended_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    with sample_stack(tmp=tmp_path_factory.mktemp("mended")) as sample:
        yield sample


@pytest.fixture(scope="module", name="plain")
def unmended_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    with sample_stack("--unmended", tmp=tmp_path_factory.mktemp("unmended")) as sample:
        schedule_once(sample)  # it takes up to 10 s to fire
        yield sample


def schedule_in_kiritimati(sample: Sample) -> str:
    """A moment that has passed on Kiritimati, which is 14 hours ahead of UTC; the machine that it starts."""
    machine = sample.machine("ahead", {"Type": "Pass"})
    moment = datetime.now(ZoneInfo("Pacific/Kiritimati")) - timedelta(minutes=1)
    sample.client("scheduler").create_schedule(
        Name="ahead",
        ScheduleExpression=f"at({moment:%Y-%m-%dT%H:%M:%S})",
        ScheduleExpressionTimezone="Pacific/Kiritimati",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": machine, "RoleArn": sample.role, "Input": "{}"},
    )
    return machine


def schedule_once(sample: Sample, name: str = "once") -> None:
    machine = sample.machine("scheduled" if name == "once" else name, {"Type": "Pass"})
    sample.client("scheduler").create_schedule(
        Name=name,
        ScheduleExpression="at(2025-01-02T03:04:05)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": machine, "RoleArn": sample.role, "Input": SCHEDULE},
    )


def scheduled_input(sample: Sample, seconds: float, name: str = "scheduled") -> dict[str, str]:
    steps = sample.client("stepfunctions")
    machines = steps.list_state_machines()["stateMachines"]
    arn = next(machine["stateMachineArn"] for machine in machines if machine["name"] == name)
    found = eventually(lambda: steps.list_executions(stateMachineArn=arn)["executions"] or None, seconds)
    started = steps.describe_execution(executionArn=found[0]["executionArn"])
    value: dict[str, str] = json.loads(started["input"])
    return value


def always_throttled(sample: Sample) -> dict[str, Any]:
    function = sample.id_of("Limited")
    lambdas = sample.client("lambda")
    before = lambdas.get_function_concurrency(FunctionName=function).get("ReservedConcurrentExecutions")
    lambdas.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=0)
    try:
        return sample.run(sample.machine("throttled", {"Type": "Task", "Resource": sample.arn_of("Limited")}))
    finally:
        if before is None:
            lambdas.delete_function_concurrency(FunctionName=function)
        else:
            lambdas.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=before)


def wait_for_token(sample: Sample, name: str, **fields: Any) -> str:
    return sample.machine(
        name,
        {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:dynamodb:updateItem.waitForTaskToken",
            "Parameters": {
                "TableName": sample.id_of("Table"),
                "Key": {"id": {"S.$": "$$.Execution.Name"}},
                "UpdateExpression": "SET taskToken = :token",
                "ExpressionAttributeValues": {":token": {"S.$": "$$.Task.Token"}},
            },
            **fields,
        },
    )


def time_to_live(sample: Sample) -> dict[str, str]:
    found = sample.client("dynamodb").describe_time_to_live(TableName=sample.id_of("Table"))
    value: dict[str, str] = found["TimeToLiveDescription"]
    return value


def retried(sample: Sample) -> str:
    """An execution whose retries would pause for 3 s each but for MaxDelaySeconds, which makes it 0.2 s."""
    machine = sample.machine(
        "retried",
        {
            "Type": "Task",
            "Resource": sample.arn_of("Step"),
            "Parameters": {"attempt.$": "$$.State.RetryCount", "tries": 2},
            "Retry": [{"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 60, "MaxDelaySeconds": 4}],
        },
    )
    return sample.start(machine)


def queue_of(sample: Sample, name: str, **rule: str) -> str:
    """A queue's URL; it hears what the rule named after it matches."""
    queue = str(sample.client("sqs").create_queue(QueueName=name)["QueueUrl"])
    if rule:
        sample.client("events").put_rule(Name=name, **rule)
        sample.client("events").put_targets(
            Rule=name, Targets=[{"Id": "queue", "Arn": arn_of_queue(sample, queue)}]
        )
    return queue


def arn_of_queue(sample: Sample, queue: str) -> str:
    found = sample.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    return str(found["Attributes"]["QueueArn"])


def message(sample: Sample, queue: str) -> dict[str, Any] | None:
    found = sample.client("sqs").receive_message(QueueUrl=queue).get("Messages")
    value: dict[str, Any] | None = json.loads(found[0]["Body"]) if found else None
    return value


def created_object(sample: Sample, name: str) -> tuple[str, dict[str, Any]]:
    """The version of an object that was put just now, and what the event about it says of the object."""
    s3 = sample.client("s3")
    s3.create_bucket(Bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_notification_configuration(
        Bucket=name, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    pattern = {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": {"bucket": {"name": [name]}}}
    queue = queue_of(sample, name, EventPattern=json.dumps(pattern))
    version = str(s3.put_object(Bucket=name, Key="a b+ü%41", Body=b"abc")["VersionId"])
    told: dict[str, Any] = eventually(lambda: message(sample, queue))["detail"]["object"]
    return version, told


def failed_event(sample: Sample) -> str:
    """The queue that is to hear of the one event that a function of a rule's could not process."""
    queue = queue_of(sample, "failed")
    sample.client("lambda").put_function_event_invoke_config(
        FunctionName=sample.id_of("Misbehave"),
        MaximumRetryAttempts=1,
        DestinationConfig={"OnFailure": {"Destination": arn_of_queue(sample, queue)}},
    )
    events = sample.client("events")
    events.put_rule(Name="failing", EventPattern=json.dumps({"source": ["test.failing"]}))
    target = {"Id": "misbehave", "Arn": sample.arn_of("Misbehave"), "Input": json.dumps({"do": "raise"})}
    events.put_targets(Rule="failing", Targets=[target])
    events.put_events(Entries=[{"Source": "test.failing", "DetailType": "x", "Detail": "{}"}])
    return queue


# ---- all together


def test_it_starts_quickly_and_answers_fifty_calls_at_once_with_few_processes(aws: Sample) -> None:
    assert aws.about["start"] < 4
    assert aws.about["deploy"] < 4
    with ThreadPoolExecutor(50) as callers:
        calls = [callers.submit(aws.request, "/things/7", Authorization="Bearer good") for _ in range(50)]
        answers = [call.result() for call in calls]
    assert {status for status, _headers, _body in answers} == {200}
    assert len({json.loads(body)["pid"] for _status, _headers, body in answers}) <= 4
    assert len(children_of(aws.process.pid)) <= 4


# ---- Lambda


def test_a_state_machine_retries_and_catches_by_the_name_of_the_exception(aws: Sample) -> None:
    tried = aws.run(aws.id_of("Sample"), tries=2, refuse=False, pause=0)
    assert (tried["status"], json.loads(tried["output"])["step"]) == ("SUCCEEDED", {"attempts": 2})
    refused = aws.run(aws.id_of("Sample"), tries=0, refuse=True, pause=0)
    assert (refused["status"], refused["error"], refused["cause"]) == ("FAILED", "Refused", "as asked")


def test_ministack_still_loses_the_name_of_an_exception(plain: Sample) -> None:
    assert plain.invoke("Misbehave", {"do": "raise"})[1]["errorType"] == "Runtime.HandlerError"


def test_a_throttled_lambda_has_its_name_in_a_state_machine(aws: Sample) -> None:
    assert always_throttled(aws)["error"] == "Lambda.TooManyRequestsException"


def test_more_calls_than_reserved_are_refused_and_not_queued(aws: Sample) -> None:
    client, event = aws.client("lambda"), json.dumps({"do": "sleep", "seconds": 3})
    with ThreadPoolExecutor(5) as callers:
        function = aws.id_of("Limited")
        calls = [callers.submit(client.invoke, FunctionName=function, Payload=event) for _ in range(5)]
    refused = [error for call in calls if (error := call.exception())]
    assert len(refused) == 3
    assert all(isinstance(error, client.exceptions.TooManyRequestsException) for error in refused)


def test_ministack_still_calls_a_throttled_lambda_unknown(plain: Sample) -> None:
    assert always_throttled(plain)["error"] == "Lambda.Unknown"


def test_a_role_may_do_what_its_policy_says_and_nothing_else(aws: Sample) -> None:
    table = aws.id_of("Table")
    assert aws.invoke("Misbehave", {"do": "read", "table": table}) == (None, None)
    fault, denied = aws.invoke("Misbehave", {"do": "write", "table": table})
    assert fault == "Unhandled"
    assert "not authorized to perform: dynamodb:PutItem" in denied["errorMessage"]


def test_a_bucket_policy_for_tls_only_lets_loopback_in(aws: Sample) -> None:
    assert aws.invoke("Misbehave", {"do": "upload", "bucket": aws.id_of("Bucket")})[0] is None


def test_ministack_still_takes_loopback_for_an_open_network(plain: Sample) -> None:
    fault, denied = plain.invoke("Misbehave", {"do": "upload", "bucket": plain.id_of("Bucket")})
    assert fault == "Unhandled"
    assert "AccessDenied" in denied["errorMessage"]


# ---- HTTP API


def test_routes_and_the_authorizer_come_from_the_body(aws: Sample) -> None:
    assert aws.request("/open")[0] == 200
    assert aws.request("/nowhere")[0] == 404
    assert (aws.request("/things/7")[0], aws.request("/things/7")[2]) == (401, '{"message":"Unauthorized"}')
    refused = aws.request("/things/7", Authorization="Bearer bad")
    assert (refused[0], json.loads(refused[2])) == (403, {"message": "Forbidden"})
    status, _headers, body = aws.request("/things/7", Authorization="Bearer good")
    assert (status, json.loads(body)["path"], json.loads(body)["caller"]) == (200, "/things/7", "alice")


def test_cors_comes_from_the_body(aws: Sample) -> None:
    status, headers, _ = aws.request("/things/7", "OPTIONS", Origin="https://good.example")
    assert (status, headers["Access-Control-Allow-Origin"]) == (204, "https://good.example")
    assert headers["Access-Control-Allow-Methods"] == "GET,POST"
    assert "Access-Control-Allow-Origin" not in aws.request("/open", Origin="https://evil.example")[1]


def test_an_authorizer_of_another_kind_is_refused_rather_than_left_open() -> None:
    schemes = {"Jwt": {"type": "oauth2", "x-amazon-apigateway-authorizer": {"type": "jwt"}}}
    with pytest.raises(ValueError, match="Jwt"):
        list(authorizers_of({"components": {"securitySchemes": schemes}}))


def test_ministack_still_ignores_the_body_of_an_api(plain: Sample) -> None:
    assert plain.request("/open")[0] == 404


def test_a_client_is_not_told_why_a_lambda_failed(aws: Sample) -> None:
    status, _headers, body = aws.request("/open?fail=1")
    assert (status, json.loads(body)) == (500, {"message": "Internal Server Error"})


def test_ministack_still_tells_a_client_why_a_lambda_failed(plain: Sample) -> None:
    gateway, api = plain.client("apigatewayv2"), plain.id_of("Api")
    integration = gateway.create_integration(
        ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=plain.arn_of("Hello"), PayloadFormatVersion="2.0"
    )["IntegrationId"]
    gateway.create_route(ApiId=api, RouteKey="GET /byhand", Target=f"integrations/{integration}")
    status, _headers, body = plain.request("/byhand?fail=1")
    assert status == 502
    assert "a secret detail" in body


# ---- state machines


def test_a_definition_in_yaml_gets_its_numbers_after_the_substitutions() -> None:
    assert json.loads(as_json("StartAt: A\nTimeoutSeconds: 3\n")) == {"StartAt": "A", "TimeoutSeconds": 3}


def test_ministack_still_cannot_run_a_definition_in_yaml(plain: Sample) -> None:
    assert plain.run(plain.id_of("Waiting"))["error"] == "InvalidDefinition"


def test_an_execution_beyond_its_bound_is_timed_out_and_the_rule_hears_of_it(aws: Sample) -> None:
    ended = aws.run(aws.id_of("Sample"), tries=0, refuse=False, pause=100)
    assert ended["status"] == "TIMED_OUT"
    assert 1.9 < (ended["stopDate"] - ended["startDate"]).total_seconds() < 4
    assert eventually(lambda: aws.item(ended["name"] + "/TIMED_OUT"))
    time.sleep(3.5)  # its wait is over now, and must change nothing
    again = aws.client("stepfunctions").describe_execution(executionArn=ended["executionArn"])
    assert (again["status"], again["stopDate"]) == ("TIMED_OUT", ended["stopDate"])
    assert aws.item(ended["name"] + "/SUCCEEDED") is None


def test_an_aborted_execution_stays_aborted(aws: Sample) -> None:
    machine = aws.machine("aborted", {"Type": "Task", "Resource": aws.arn_of("Misbehave")})
    arn = aws.start(machine, do="sleep", seconds=5)
    time.sleep(0.5)
    aws.client("stepfunctions").stop_execution(executionArn=arn)
    time.sleep(1.5)  # its Lambda has failed by now
    assert aws.ended(arn)["status"] == "ABORTED"


def test_ministack_still_ignores_the_bound_of_an_execution(plain: Sample) -> None:
    assert plain.run(plain.machine("bounded", SLOW, TimeoutSeconds=1))["status"] == "SUCCEEDED"


def test_a_wait_for_a_token_ends_after_the_seconds_its_input_gives(aws: Sample) -> None:
    ended = aws.run(aws.id_of("Waiting"), seconds=10)
    assert json.loads(ended["output"]) == {"by": "timeout"}
    assert 0.5 < (ended["stopDate"] - ended["startDate"]).total_seconds() < 3


def test_a_wait_for_a_token_is_woken_at_once(aws: Sample) -> None:
    arn = aws.start(aws.id_of("Waiting"), seconds=600)
    token = eventually(lambda: aws.item(arn.split(":")[-1]))["taskToken"]["S"]
    aws.client("stepfunctions").send_task_success(taskToken=token, output='"ring"')
    assert json.loads(aws.ended(arn, 3)["output"])["rung"] == "ring"


def test_a_missing_timeout_is_an_error_and_not_an_endless_wait(aws: Sample) -> None:
    assert aws.run(aws.id_of("Waiting"))["error"] == "States.Runtime"


def test_a_wait_without_heartbeat_ends_and_one_with_goes_on(aws: Sample) -> None:
    machine = wait_for_token(aws, "heartbeat", HeartbeatSecondsPath="$.seconds", TimeoutSeconds=600)
    assert aws.run(machine, seconds=10)["error"] == "States.HeartbeatTimeout"
    arn = aws.start(machine, seconds=200)  # 10 s here: a beat may come eight seconds late on a busy machine
    token = eventually(lambda: aws.item(arn.split(":")[-1]))["taskToken"]["S"]
    steps = aws.client("stepfunctions")
    for _ in range(6):
        time.sleep(2)
        steps.send_task_heartbeat(taskToken=token)
    steps.send_task_success(taskToken=token, output="{}")
    assert aws.ended(arn)["status"] == "SUCCEEDED"


def test_ministack_still_waits_for_ever_where_a_path_gives_the_timeout(plain: Sample) -> None:
    timeout = plain.start(wait_for_token(plain, "timeout", TimeoutSecondsPath="$.seconds"), seconds=1)
    heartbeat = plain.start(wait_for_token(plain, "heartbeat", HeartbeatSeconds=1), seconds=1)
    time.sleep(1.6)
    for arn in (timeout, heartbeat):
        assert plain.client("stepfunctions").describe_execution(executionArn=arn)["status"] == "RUNNING"


def test_a_retry_pauses_no_longer_than_its_longest_pause(aws: Sample) -> None:
    assert aws.ended(retried(aws), 2)["status"] == "SUCCEEDED"
    assert [delay_of({"IntervalSeconds": 2, "MaxDelaySeconds": 5}, count) for count in range(3)] == [2, 4, 5]
    jittered = {delay_of({"IntervalSeconds": 2, "JitterStrategy": "FULL"}, 1) for _ in range(20)}
    assert len(jittered) > 1
    assert max(jittered) <= 4


def test_ministack_still_ignores_the_longest_pause_of_a_retry(plain: Sample) -> None:
    arn = retried(plain)
    time.sleep(3)
    assert plain.client("stepfunctions").describe_execution(executionArn=arn)["status"] == "RUNNING"


# ---- schedules


def test_a_schedule_fires_within_two_seconds_with_its_context_filled_in(aws: Sample) -> None:
    schedule_once(aws)
    given = scheduled_input(aws, 2)
    assert given["at"] == "2025-01-02T03:04:05Z"
    assert given["arn"].endswith("schedule/default/once")


def test_ministack_still_passes_the_context_of_a_schedule_on_as_text(plain: Sample) -> None:
    assert scheduled_input(plain, 12)["at"] == "<aws.scheduler.scheduled-time>"


# ---- events


def test_the_event_of_a_created_object_says_which_version_it_is(aws: Sample) -> None:
    version, told = created_object(aws, "versioned")
    assert (told["version-id"], told["key"], told["size"]) == (version, "a b+ü%41", 3)


def test_ministack_still_leaves_the_version_out_of_the_event_of_a_created_object(plain: Sample) -> None:
    assert "version-id" not in created_object(plain, "versioned")[1]


def test_an_event_that_a_function_cannot_process_comes_to_its_failure_destination(aws: Sample) -> None:
    queue = failed_event(aws)
    kept = eventually(lambda: message(aws, queue), 20)
    assert (kept["requestPayload"], kept["responsePayload"]["errorType"]) == ({"do": "raise"}, "KeyError")


def test_ministack_still_forgets_an_event_that_a_function_cannot_process(plain: Sample) -> None:
    queue = failed_event(plain)
    time.sleep(3)
    assert message(plain, queue) is None


def test_a_moment_is_read_by_the_clock_of_its_zone(aws: Sample) -> None:
    arn = schedule_in_kiritimati(aws)
    steps = aws.client("stepfunctions")
    assert eventually(lambda: steps.list_executions(stateMachineArn=arn)["executions"] or None, 3)


def test_ministack_still_reads_every_moment_as_utc(plain: Sample) -> None:
    arn = schedule_in_kiritimati(plain)
    schedule_once(plain, "after")
    scheduled_input(plain, 12, "after")  # it has looked at all schedules by now
    assert plain.client("stepfunctions").list_executions(stateMachineArn=arn)["executions"] == []


BERLIN = ZoneInfo("Europe/Berlin")


def fires(expression: str, first: datetime, count: int, zone: ZoneInfo = BERLIN) -> list[str]:
    """The next moments of a cron, by ministack's own reading of its fields."""
    fields, found = seam("services.eventbridge", "_parse_cron_fields")(f"cron({expression})"), [first]
    step = seam("services.eventbridge", "_cron_next_fire")
    for _ in range(count):
        moment = next_in_zone(lambda wall: step(fields, wall), zone, found[-1])
        assert moment
        found.append(moment)
    return [f"{moment:%m-%d %H:%M}" for moment in found[1:]]


def test_a_time_that_the_clock_skips_is_left_out_and_one_that_it_shows_twice_comes_once() -> None:
    spring, autumn = datetime(2026, 3, 27, 12, tzinfo=UTC), datetime(2026, 10, 24, 12, tzinfo=UTC)
    assert fires("30 2 * * ? *", spring, 3) == ["03-28 01:30", "03-30 00:30", "03-31 00:30"]
    assert fires("30 2 * * ? *", autumn, 2) == ["10-25 00:30", "10-26 01:30"]
    assert fires("0/30 2 * * ? *", datetime(2026, 10, 25, 1, 10, tzinfo=UTC), 2) == ["10-26 01:00", "10-26 01:30"]


def test_a_role_may_use_the_schedules_of_its_group_and_no_others(aws: Sample) -> None:
    found = aws.invoke("Misbehave", {"do": "schedule", "group": aws.id_of("Group")})[1]
    assert found["errorType"] == "ResourceNotFoundException"
    refused = aws.invoke("Misbehave", {"do": "schedule", "group": "default"})[1]
    assert "not authorized to perform: scheduler:GetSchedule" in refused["errorMessage"]


def test_ministack_still_takes_every_group_of_schedules_for_the_default_one(plain: Sample) -> None:
    found = plain.invoke("Misbehave", {"do": "schedule", "group": plain.id_of("Group")})[1]
    assert "not authorized to perform: scheduler:GetSchedule" in found["errorMessage"]


def test_a_schedule_of_a_template_has_its_zone(aws: Sample) -> None:
    found = aws.client("scheduler").get_schedule(Name=aws.id_of("Yearly"))
    assert found["ScheduleExpressionTimezone"] == "Europe/Berlin"


def test_ministack_still_leaves_out_the_zone_of_a_template(plain: Sample) -> None:
    found = plain.client("scheduler").get_schedule(Name=plain.id_of("Yearly"))
    assert found["ScheduleExpressionTimezone"] == "UTC"


# ---- what the template says of single resources


def test_reserved_concurrency_ttl_and_the_arn_of_a_secret_come_from_the_template(aws: Sample) -> None:
    reserved = aws.client("lambda").get_function_concurrency(FunctionName=aws.id_of("Limited"))
    assert reserved["ReservedConcurrentExecutions"] == 2
    assert time_to_live(aws) == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expiresAt"}
    arn = aws.about["outputs"]["SecretRef"]
    assert arn.startswith("arn:aws:secretsmanager:")
    assert aws.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"] == "first"


def test_ministack_still_ignores_reserved_concurrency(plain: Sample) -> None:
    with ThreadPoolExecutor(5) as callers:
        calls = [callers.submit(plain.invoke, "Limited", {"do": "sleep", "seconds": 0.5}) for _ in range(5)]
    assert [call.exception() for call in calls] == [None] * 5


def test_ministack_still_ignores_the_ttl_of_a_table(plain: Sample) -> None:
    assert time_to_live(plain) == {"TimeToLiveStatus": "DISABLED"}


def test_ministack_still_refers_to_a_secret_by_its_name(plain: Sample) -> None:
    assert not plain.about["outputs"]["SecretRef"].startswith("arn:")


def test_an_update_changes_all_that_in_place_and_a_delete_removes_it(tmp_path: Path) -> None:
    template = Path(shutil.copytree(SAMPLE, tmp_path / "sample")) / "template.yaml"
    text = template.read_text().replace("Path: /extra", "Path: /other")
    template.write_text(text.replace("Enabled: true}", "Enabled: false}"))
    with sample_stack(tmp=tmp_path) as aws:
        before, url = aws.about["outputs"], aws.about["api_url"]
        assert aws.request("/extra", Authorization="Bearer good")[0] == 200
        aws.update(template, SecretText="second", Reserved="3", Origins="")
        assert aws.about["api_url"] == url
        assert aws.request("/extra", Authorization="Bearer good")[0] == 404
        assert aws.request("/other", Authorization="Bearer good")[0] == 200
        assert aws.request("/other")[0] == 401
        assert aws.request("/open", "OPTIONS", Origin="https://good.example")[0] == 403
        reserved = aws.client("lambda").get_function_concurrency(FunctionName=aws.id_of("Limited"))
        assert reserved["ReservedConcurrentExecutions"] == 3
        assert time_to_live(aws)["TimeToLiveStatus"] == "DISABLED"
        assert aws.about["outputs"] == before
        secret = aws.client("secretsmanager").get_secret_value(SecretId=before["SecretRef"])
        assert secret["SecretString"] == "second"
        aws.client("cloudformation").delete_stack(StackName="sample")
        eventually(lambda: True if aws.request("/open")[0] == 404 else None)
        assert aws.client("secretsmanager").list_secrets()["SecretList"] == []


# ---- the seams


def test_a_seam_that_has_gone_is_named_with_the_version_that_had_it() -> None:
    with pytest.raises(SeamMissing, match=r"no ministack.core.arn._gone; .* expects ministack 1\.5\.33"):
        seam("core.arn", "_gone")
