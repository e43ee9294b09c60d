"""The stack: every function has its folder, no log is kept for ever, storage is closed, nothing is left over."""

import copy
import json
import logging
import re
import tomllib
from graphlib import TopologicalSorter
from typing import Any

import pytest
from pydantic.alias_generators import to_snake
from samtranslator.translator.transform import transform

from plantain.inbox.bucket import LINK_SECONDS
from plantain.metrics import NAMESPACE
from plantain.pace.pausing import LONGEST_WAIT_SECONDS
from plantain.version import VERSION
from tests.conftest import ROOT
from tests.template.stack import (
    FUNCTIONS,
    LAYER,
    as_list,
    conditions_used,
    lambdas,
    nodes,
    references,
    resources,
    template,
    verbs,
)

ALL_FUNCTIONS = resources("AWS::Serverless::Function")


def test_every_folder_of_functions_is_exactly_one_function() -> None:
    assert sorted(properties["CodeUri"] for properties in ALL_FUNCTIONS.values()) == [
        f"functions/{verb}" for verb in verbs()
    ]


@pytest.mark.parametrize("verb", verbs())
def test_a_function_is_one_file_and_is_named_after_its_folder(verb: str) -> None:
    files = [path.name for path in (FUNCTIONS / verb).iterdir() if path.name != "__pycache__"]
    assert [name for name in files if not name.endswith(".json")] == ["app.py"]
    assert lambdas()[verb][0] == "".join(word.title() for word in verb.split("_")) + "Function"


def test_all_functions_log_to_one_group_and_no_log_is_kept_for_ever() -> None:
    kept = {"RetentionInDays": {"Ref": "LogRetentionDays"}}

    assert template()["Globals"]["Function"]["LoggingConfig"] == {"LogGroup": {"Ref": "FunctionsLog"}}
    assert not [name for name, properties in ALL_FUNCTIONS.items() if "LoggingConfig" in properties]
    assert resources("AWS::Logs::LogGroup") == {"HttpApiLog": kept, "FunctionsLog": kept}


@pytest.mark.parametrize("verb", verbs())
def test_each_line_of_the_log_says_which_function_wrote_it(verb: str) -> None:
    assert "@logger.inject_lambda_context" in (FUNCTIONS / verb / "app.py").read_text()


def test_the_gateways_log_names_the_route_and_nothing_that_a_caller_wrote() -> None:
    log = resources("AWS::Serverless::HttpApi")["HttpApi"]["AccessLogSettings"]
    line = json.loads(log["Format"])

    assert log["DestinationArn"] == {"Fn::GetAtt": ["HttpApiLog", "Arn"]}
    assert line["route"] == "$context.routeKey"
    for told in ("$context.path", "identity", "header", "query"):
        assert told not in log["Format"]


def test_everything_is_traced_by_aws_itself() -> None:
    assert template()["Globals"]["Function"]["Tracing"] == "Active"
    for machine in resources("AWS::Serverless::StateMachine").values():
        assert machine["Tracing"] == {"Enabled": True}
    assert not [name for name, properties in ALL_FUNCTIONS.items() if "Tracing" in properties]


def test_kie_is_protected_by_reserved_concurrency_and_a_new_account_can_do_without() -> None:
    reserved = {
        verb: properties["ReservedConcurrentExecutions"]
        for verb, (_, properties) in lambdas().items()
        if "ReservedConcurrentExecutions" in properties
    }
    none = {"Ref": "AWS::NoValue"}

    assert reserved == {
        "create_task": {"Fn::If": ["LimitsCreates", {"Ref": "CreateTaskConcurrency"}, none]},
        "check_status": {"Fn::If": ["LimitsLooks", {"Ref": "CheckStatusConcurrency"}, none]},
    }
    for condition, name in (("LimitsCreates", "CreateTaskConcurrency"), ("LimitsLooks", "CheckStatusConcurrency")):
        assert template()["Conditions"][condition] == {"Fn::Not": [{"Fn::Equals": [{"Ref": name}, 0]}]}
        assert template()["Parameters"][name]["Default"] == 0


def test_layers_are_made_by_their_makefiles_for_the_architecture_of_the_functions() -> None:
    layers = {
        name: r for name, r in template()["Resources"].items() if r["Type"] == "AWS::Serverless::LayerVersion"
    }
    for name, layer in layers.items():
        makefile = (ROOT / layer["Properties"]["ContentUri"] / "Makefile").read_text()
        assert f"\nbuild-{name}:\n" in makefile
        assert "--invalidation-mode unchecked-hash" in makefile
        assert layer["Metadata"]["BuildMethod"] == "makefile"
    usual = template()["Parameters"]["Architecture"]["Default"]
    assert f"\nARCH ?= {usual}\n" in (ROOT / "layers" / "vendor" / "Makefile").read_text()


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_a_stage_sets_parameters_that_the_template_has_and_no_secret(stage: str) -> None:
    deploy = tomllib.loads((ROOT / "samconfig.toml").read_text())[stage]["deploy"]["parameters"]
    given = dict(pair.split("=") for pair in deploy["parameter_overrides"].split())

    assert set(given) <= set(template()["Parameters"]) - {"KieApiKey"}
    # artifacts lie below the stack's name, so that deleting a stage finds its own and no other's
    assert deploy["s3_prefix"] == deploy["stack_name"]


def longest(name: str, value: Any) -> int:
    """The most characters of a variable: an ARN counts as 130, a name or another text as 64."""
    parameter = template()["Parameters"].get(value.get("Ref"), {}) if isinstance(value, dict) else {}
    if parameter.get("Type") == "Number":
        return 7
    choices = [len(str(choice)) for choice in parameter.get("AllowedValues", [])]
    return int(parameter.get("MaxLength") or max(choices, default=130 if name.endswith("_ARN") else 64))


@pytest.mark.parametrize("verb", verbs())
def test_the_long_parameters_fit_into_the_settings_of_a_function(verb: str) -> None:
    of_all = template()["Globals"]["Function"]["Environment"]["Variables"]
    settings = of_all | lambdas()[verb][1].get("Environment", {}).get("Variables", {})

    # AWS's limit for all of them, names and values
    assert sum(len(name) + longest(name, value) for name, value in settings.items()) < 4096


def test_a_function_has_statements_of_its_own_and_takes_no_role_or_managed_policy() -> None:
    for name, properties in ALL_FUNCTIONS.items():
        assert "Role" not in properties, name
        assert set(properties.get("Policies", {})) <= {"Statement"}, name


def test_no_statement_allows_a_star() -> None:
    """The statements with stars deny: whatever comes to a bucket or a queue without TLS."""
    for name, resource in template()["Resources"].items():
        for node in nodes(resource):
            if isinstance(node, dict) and node.get("Effect") == "Allow":
                assert not [action for action in as_list(node["Action"]) if "*" in action], name
                assert "*" not in as_list(node.get("Resource", [])), name  # who may take a role names none
                assert {"NotAction", "NotResource"}.isdisjoint(node), name
            elif isinstance(node, dict) and "Effect" in node:
                assert resource["Type"] in ("AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy"), name
                assert (node["Sid"], node["Effect"]) == ("TlsOnly", "Deny")


def test_every_reference_leads_somewhere() -> None:
    made_by_sam = {f"{name}Role" for name in resources("AWS::Serverless::StateMachine")}
    known = {*template()["Resources"], *template()["Parameters"], *made_by_sam}

    assert {name for name in references(template()) if not name.startswith("AWS::")} <= known


def test_every_parameter_and_every_condition_is_used_and_shown() -> None:
    body = {name: template()[name] for name in ("Globals", "Resources", "Outputs", "Conditions")}
    groups = template()["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    rest = {name: body[name] for name in ("Globals", "Resources", "Outputs")}

    assert set(template()["Parameters"]) <= references(body)
    assert sorted(name for group in groups for name in group["Parameters"]) == sorted(template()["Parameters"])
    assert set(template()["Conditions"]) == conditions_used(rest) - {None}


def test_secrets_are_never_shown() -> None:
    secret = {name for name, parameter in template()["Parameters"].items() if parameter.get("NoEcho")}

    assert secret == {"KieApiKey"}
    assert not secret & references([template()["Outputs"], template()["Globals"], ALL_FUNCTIONS])


def test_the_outputs_say_where_things_are() -> None:
    assert set(template()["Outputs"]) == {
        "ApiUrl",
        "ImagesBucketName",
        "InboxBucketName",
        "JobsTableName",
        "ApiKeysTableName",
        "StateMachineArn",
        "BatchMachineArn",
        "DeadLettersUrl",
    }


@pytest.mark.parametrize("name", resources("AWS::S3::Bucket"))
def test_every_bucket_is_private_encrypted_and_its_owners(name: str) -> None:
    properties = resources("AWS::S3::Bucket")[name]

    assert properties["PublicAccessBlockConfiguration"] == dict.fromkeys(
        ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"], True
    )
    assert properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert properties["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}


@pytest.mark.parametrize("name", resources("AWS::S3::Bucket"))
def test_what_lies_in_a_bucket_outlives_the_stack_and_a_slip(name: str) -> None:
    bucket = template()["Resources"][name]

    assert (bucket["DeletionPolicy"], bucket["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert bucket["Properties"]["VersioningConfiguration"] == {"Status": "Enabled"}


def test_images_are_kept_and_uploads_and_old_versions_of_the_inbox_go() -> None:
    images, inbox = (template()["Resources"][name]["Properties"] for name in ("ImagesBucket", "InboxBucket"))

    assert "LifecycleConfiguration" not in images
    assert inbox["LifecycleConfiguration"]["Rules"] == [
        {"Id": "Uploads", "Status": "Enabled", "Prefix": "uploads/", "ExpirationInDays": 7},
        {
            "Id": "Replaced",
            "Status": "Enabled",
            "NoncurrentVersionExpiration": {"NoncurrentDays": 7},
            "ExpiredObjectDeleteMarker": True,
        },
        {"Id": "Unfinished", "Status": "Enabled", "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}},
    ]


@pytest.mark.parametrize("name", resources("AWS::S3::Bucket"))
def test_every_bucket_hears_tls_only(name: str) -> None:
    policies = [r for r in template()["Resources"].values() if r["Type"] == "AWS::S3::BucketPolicy"]
    its_own = [policy for policy in policies if policy["Properties"]["Bucket"] == {"Ref": name}]

    assert "Condition" not in its_own[0]
    assert [policy["Properties"]["PolicyDocument"]["Statement"] for policy in its_own] == [
        [
            {
                "Sid": "TlsOnly",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [{"Fn::GetAtt": [name, "Arn"]}, {"Fn::Sub": f"${{{name}.Arn}}/*"}],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ]
    ]


@pytest.mark.parametrize("name", resources("AWS::DynamoDB::Table"))
def test_every_table_is_encrypted_and_can_be_restored(name: str) -> None:
    table = resources("AWS::DynamoDB::Table")[name]

    assert table["SSESpecification"] == {"SSEEnabled": True}
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["BillingMode"] == "PAY_PER_REQUEST"


def test_nothing_is_named_by_hand_but_the_buckets_of_who_wants_it() -> None:
    """A stack can stand beside another of its kind."""
    names = {"FunctionName", "BucketName", "TableName", "LogGroupName", "RoleName", "StateMachineName", "Name"}
    named = {name: names & set(resource["Properties"]) for name, resource in template()["Resources"].items()}
    none = {"Ref": "AWS::NoValue"}

    assert {name for name, found in named.items() if found} == {"ImagesBucket", "InboxBucket", "CallbackBase"}
    assert template()["Resources"]["CallbackBase"]["Properties"]["Name"]["Fn::Sub"].startswith(
        "/${AWS::StackName}/"
    )
    for bucket, condition in (("ImagesBucket", "NamesImages"), ("InboxBucket", "NamesInbox")):
        parameter = {"Ref": f"{bucket}Name"}
        assert resources("AWS::S3::Bucket")[bucket]["BucketName"] == {"Fn::If": [condition, parameter, none]}
        assert template()["Parameters"][f"{bucket}Name"]["Default"] == ""


def test_a_stack_whose_two_buckets_are_one_is_refused() -> None:
    inbox, images = {"Ref": "InboxBucketName"}, {"Ref": "ImagesBucketName"}
    rule = template()["Rules"]["TwoBuckets"]

    assert rule["RuleCondition"] == {"Fn::Not": [{"Fn::Equals": [inbox, ""]}]}
    assert [a["Assert"] for a in rule["Assertions"]] == [{"Fn::Not": [{"Fn::Equals": [inbox, images]}]}]


ROUTES = {
    ("POST", "/api/callbacks/kie/{token}"): "receive_callback",
    ("POST", "/api/images/generate"): "submit_job",
    ("POST", "/api/images/estimate"): "estimate_job",
    ("GET", "/api/usage"): "get_usage",
    ("POST", "/api/uploads"): "create_upload",
    ("GET", "/api/images/status"): "get_status",
    ("GET", "/api/images/{taskId}/image"): "get_image",
    ("GET", "/api/images"): "list_jobs",
    ("POST", "/api/batches"): "submit_batch",
    ("GET", "/api/batches/{batchId}"): "get_batch",
    ("POST", "/api/batches/{batchId}/confirm"): "confirm_batch",
    ("GET", "/api/account"): "check_account",
    ("GET", "/api/presets"): "list_presets",
    ("GET", "/api/presets/{name}"): "get_preset",
    ("POST", "/api/presets/{name}/render"): "render_preset",
    ("PUT", "/api/schedules/{name}"): "put_schedule",
    ("GET", "/api/schedules/{name}"): "get_schedule",
    ("DELETE", "/api/schedules/{name}"): "delete_schedule",
    ("GET", "/api/schedules"): "list_schedules",
    ("GET", "/api/schedules/{name}/runs"): "list_runs",
    ("GET", "/api/health"): "check_health",
    ("GET", "/openapi.json"): "get_openapi",
}


def http_events(properties: dict[str, Any]) -> list[dict[str, Any]]:
    return [event["Properties"] for event in properties.get("Events", {}).values() if event["Type"] == "HttpApi"]


def test_the_routes_are_those_of_the_contract() -> None:
    found = {
        (event["Method"], event["Path"]): verb
        for verb, (_, properties) in lambdas().items()
        for event in http_events(properties)
    }

    assert found == ROUTES


def open_routes() -> list[str]:
    return [
        event["Path"]
        for properties in ALL_FUNCTIONS.values()
        for event in http_events(properties)
        if event.get("Auth", {}).get("Authorizer") == "NONE"
    ]


def test_every_route_but_health_and_the_description_needs_a_caller() -> None:
    auth = resources("AWS::Serverless::HttpApi")["HttpApi"]["Auth"]

    assert auth["DefaultAuthorizer"] in auth["Authorizers"]
    assert auth["Authorizers"]["ApiKey"]["FunctionArn"] == {"Fn::GetAtt": ["AuthorizeFunction", "Arn"]}
    assert open_routes() == ["/api/health", "/openapi.json", "/api/callbacks/kie/{token}"]
    for properties in ALL_FUNCTIONS.values():
        assert all(event["ApiId"] == {"Ref": "HttpApi"} for event in http_events(properties))


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_functions_own_route_is_that_of_the_template(method: str, path: str) -> None:
    source = (FUNCTIONS / ROUTES[method, path] / "app.py").read_text()
    written = re.sub(r"\{(\w+)\}", lambda found: f"<{to_snake(found[1])}>", path)

    assert f'@app.{method.lower()}("{written}")' in source


def test_an_end_that_nobody_recorded_reaches_record_batch_end() -> None:
    _, properties = lambdas()["record_batch_end"]
    rules = [event["Properties"]["Pattern"] for event in properties["Events"].values()]

    assert [rule["detail"] for rule in rules] == [
        {"stateMachineArn": [{"Ref": "GenerateBatch"}], "status": ["FAILED", "TIMED_OUT", "ABORTED"]}
    ]


def test_every_end_reaches_record_end() -> None:
    _, properties = lambdas()["record_end"]
    rules = [event["Properties"]["Pattern"] for event in properties["Events"].values()]

    assert rules == [
        {
            "source": ["aws.states"],
            "detail-type": ["Step Functions Execution Status Change"],
            "detail": {
                "stateMachineArn": [{"Ref": "GenerateImage"}],
                "status": ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"],
            },
        }
    ]


def test_a_presets_file_is_checked_as_soon_as_it_is_put_into_the_inbox() -> None:
    _, properties = lambdas()["check_preset"]
    rules = [event["Properties"]["Pattern"] for event in properties["Events"].values()]

    assert rules == [
        {
            "source": ["aws.s3"],
            "detail-type": ["Object Created"],
            "detail": {
                "bucket": {"name": [{"Ref": "InboxBucket"}]},
                "object": {"key": [{"wildcard": "presets/*.toml"}]},
            },
        }
    ]


def called_later() -> list[str]:
    """The functions that nobody waits for: called by events, not by the API or the state machine."""
    return [
        name
        for name, properties in ALL_FUNCTIONS.items()
        if any(event["Type"] != "HttpApi" for event in properties.get("Events", {}).values())
    ]


@pytest.mark.parametrize("name", called_later())
def test_what_nobody_waits_for_is_called_again_and_then_kept_with_the_dead_letters(name: str) -> None:
    queue = {"Fn::GetAtt": ["DeadLetters", "Arn"]}

    assert ALL_FUNCTIONS[name]["EventInvokeConfig"] == {
        "MaximumRetryAttempts": 2,
        "DestinationConfig": {"OnFailure": {"Type": "SQS", "Destination": queue}},
    }
    for event in ALL_FUNCTIONS[name]["Events"].values():
        if event["Type"] in ("EventBridgeRule", "ScheduleV2"):
            assert event["Properties"]["DeadLetterConfig"] == {"Arn": queue}
            assert event["Properties"]["RetryPolicy"]["MaximumRetryAttempts"] > 0


def test_dead_letters_are_kept_as_long_as_can_be_and_raise_an_alarm() -> None:
    alarm = resources("AWS::CloudWatch::Alarm")["DeadLettersAlarm"]

    assert resources("AWS::SQS::Queue")["DeadLetters"] == {
        "SqsManagedSseEnabled": True,
        "MessageRetentionPeriod": 14 * 24 * 60 * 60,
    }
    assert alarm["Dimensions"] == [{"Name": "QueueName", "Value": {"Fn::GetAtt": ["DeadLetters", "QueueName"]}}]
    assert (alarm["MetricName"], alarm["ComparisonOperator"], alarm["Threshold"]) == (
        "ApproximateNumberOfMessagesVisible",
        "GreaterThanThreshold",
        0,
    )


ALARMS = {
    "DeadLettersAlarm": ("ApproximateNumberOfMessagesVisible", 0),
    "UnknownOutcomesAlarm": ("UnknownOutcomes", 0),
    "OldestOpenJobAlarm": ("OldestOpenJobSeconds", 25 * 3600),
    "CreatesPausedAlarm": ("CreatesPaused", 0),
    "KieErrorsAlarm": ("KieErrors", 20),
    "BudgetNearAlarm": ("BudgetPercent", 80),
    "BudgetUsedUpAlarm": ("BudgetPercent", 100),
}


def test_every_alarm_tells_whoever_is_named_and_is_silent_where_nothing_is_measured() -> None:
    found = resources("AWS::CloudWatch::Alarm")

    assert {name: (alarm["MetricName"], alarm["Threshold"]) for name, alarm in found.items()} == ALARMS
    for name, alarm in found.items():
        reached = "OrEqualTo" if name.startswith("Budget") else ""
        assert alarm["ComparisonOperator"] == f"GreaterThan{reached}Threshold", name
        assert alarm["TreatMissingData"] == "notBreaching", name
        assert alarm["AlarmActions"] == {
            "Fn::If": ["TellsSomebody", [{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"}]
        }


OWN_METRICS = {
    *("JobsEnded", "Credits", "SecondsToImage", "PollsPerJob", "KieErrors"),
    *("OpenJobs", "OldestOpenJobSeconds", "UnknownOutcomes", "Balance", "CreatesPaused"),
    "BudgetPercent",
}


def test_what_alarms_and_dashboard_read_is_measured_under_the_stacks_name() -> None:
    source = (LAYER / "metrics.py").read_text()
    own = [alarm for alarm in resources("AWS::CloudWatch::Alarm").values() if alarm["Namespace"] == NAMESPACE]
    body, _ = resources("AWS::CloudWatch::Dashboard")["Dashboard"]["DashboardBody"]["Fn::Sub"]
    read = set(re.findall(r'"Plantain", "(\w+)"', body)) | set(re.findall(r'MetricName=\\"(\w+)', body))

    assert set(re.findall(r'add_metric\("(\w+)"', source)) == OWN_METRICS
    assert read | {alarm["MetricName"] for alarm in own} == OWN_METRICS - {"SecondsToImage", "PollsPerJob"}
    for alarm in own:
        assert alarm["Dimensions"][0] == {"Name": "service", "Value": {"Ref": "AWS::StackName"}}
    settings = template()["Globals"]["Function"]["Environment"]["Variables"]
    assert settings["POWERTOOLS_SERVICE_NAME"] == {"Ref": "AWS::StackName"}


def test_the_dashboard_is_json_and_shows_what_an_operator_looks_for() -> None:
    body, names = resources("AWS::CloudWatch::Dashboard")["Dashboard"]["DashboardBody"]["Fn::Sub"]
    widgets = json.loads(body)["widgets"]

    assert names == {"Queue": {"Fn::GetAtt": ["DeadLetters", "QueueName"]}}
    assert set(re.findall(r"\$\{([\w:]+)\}", body)) == {"AWS::Region", "AWS::StackName", "Queue"}
    assert len({(widget["x"], widget["y"]) for widget in widgets}) == len(widgets) == 7


def test_operators_verbs_are_reached_by_no_url_and_no_event() -> None:
    for verb in ("list_unknown", "adopt_job", "resend_job", "redrive_job", "dismiss_job"):
        assert "Events" not in lambdas()[verb][1], verb


def test_a_balance_that_is_used_up_raises_an_alarm_until_no_job_waits_for_it() -> None:
    alarm = resources("AWS::CloudWatch::Alarm")["CreatesPausedAlarm"]

    assert (alarm["Namespace"], alarm["MetricName"], alarm["Statistic"]) == (NAMESPACE, "CreatesPaused", "Sum")
    assert {row["Name"]: row["Value"] for row in alarm["Dimensions"]} == {
        "service": {"Ref": "AWS::StackName"},
        "by": "kie-credits",
    }
    assert alarm["Period"] > LONGEST_WAIT_SECONDS


def test_a_link_to_an_input_outlives_whatever_is_waited_for_after_the_create() -> None:
    largest = {name: row["MaxValue"] for name, row in template()["Parameters"].items() if "Poll" in name}
    looking = largest["PollAttempts"] * largest["PollIntervalSeconds"]

    assert looking < LINK_SECONDS


class _NoPolicies:
    def load(self) -> dict[str, str]:
        return {}


def test_sam_can_transform_the_template(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    logging.getLogger("samtranslator.metrics").setLevel(logging.ERROR)  # it publishes none, and complains of it
    stack = copy.deepcopy(template())
    for resource in stack["Resources"].values():
        for local in ("CodeUri", "ContentUri", "DefinitionUri"):
            if local in resource["Properties"]:
                resource["Properties"][local] = "s3://bucket/key"
    values = {name: parameter["Default"] for name, parameter in stack["Parameters"].items()}

    made = transform(stack, values | {"AWS::Region": "eu-central-1", "AWS::Partition": "aws"}, _NoPolicies())

    found = made["Resources"]
    list(TopologicalSorter({name: references(r) & set(found) for name, r in found.items()}).static_order())
    kinds = [resource["Type"] for resource in found.values()]
    assert not [kind for kind in kinds if kind.startswith("AWS::Serverless")]
    assert kinds.count("AWS::Lambda::Function") == len(ALL_FUNCTIONS)
    assert (
        kinds.count("AWS::IAM::Role") == len(ALL_FUNCTIONS) + 5
    )  # and the state machines', the scheduler's, and those of the daily look and the sweeper


def test_the_version_is_the_projects() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == VERSION


def test_the_packages_themselves_do_nothing() -> None:
    assert [path for path in LAYER.rglob("__init__.py") if path.read_text()] == []
