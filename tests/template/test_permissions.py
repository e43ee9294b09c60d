"""A function may do exactly what its code does, and is given exactly the settings that its code reads."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.template.calls import calls, environment, module, reached, settings
from tests.template.stack import as_list, lambdas, references, statements, template, verbs

SERVICES = {"stepfunctions": "states"}  # where IAM's prefix is not boto3's name
# HeadObject is allowed by GetObject, and tells 404 from 403 only to those who may list.
ACTIONS = {
    ("s3", "head_object"): {"s3:GetObject", "s3:ListBucket"},
    ("s3", "copy_object"): {"s3:GetObject", "s3:PutObject"},
    ("s3", "list_objects_v2"): {"s3:ListBucket"},
    ("lambda", "invoke"): {"lambda:InvokeFunction"},
}
# Who says what a schedule does also says as whom.
HANDS_OVER = {("scheduler", "create_schedule"), ("scheduler", "update_schedule")}
# Written out, because what reads it cannot refer to it.
WRITTEN_OUT = {"/callback-base-url": "CallbackBase"}
# Read by Powertools, not by us.
POWERTOOLS = {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_LOG_LEVEL"}
GLOBALS: dict[str, Any] = template()["Globals"]["Function"]["Environment"]["Variables"]


def variables(verb: str) -> dict[str, Any]:
    """The environment of a function, by the template."""
    _, properties = lambdas()[verb]
    own: dict[str, Any] = properties.get("Environment", {}).get("Variables", {})
    return GLOBALS | own


def things(expression: Any) -> frozenset[str]:
    """The resources (or the parameter with an ARN) that an expression names."""
    resources = template()["Resources"]
    written_out = {name for end, name in WRITTEN_OUT.items() if str(expression).rstrip("'}").endswith(end)}
    return (
        frozenset(name for name in references(expression) if name in resources or name.endswith("Arn"))
        | written_out
    )


def called(verb: str) -> Iterator[tuple[str, frozenset[str]]]:
    """Each action that the code needs, with what it acts on: what the calling module's variable names."""
    for call in calls(verb):
        where = [things(variables(verb)[name]) for name in settings(verb, call.module) if name in variables(verb)]
        (target,) = {found for found in where if found} or {frozenset()}  # none is ours: the default bus
        operation = "".join(word.title() for word in call.operation.split("_"))
        action = f"{SERVICES.get(call.service, call.service)}:{operation}"
        for needed in ACTIONS.get((call.service, call.operation), {action}):
            yield needed, target
        if (call.service, call.operation) in HANDS_OVER:
            yield "iam:PassRole", frozenset({"SchedulerRole"})


def allowed(verb: str) -> Iterator[tuple[str, frozenset[str]]]:
    """Each action that the function's own policy allows, with what it may act on."""
    _, properties = lambdas()[verb]
    for statement in statements(properties):
        assert statement["Effect"] == "Allow"
        for action in as_list(statement["Action"]):
            # Code does not show whether a reference is pinned to a version.
            yield action.replace("ObjectVersion", "Object"), things(statement["Resource"])


@pytest.mark.parametrize("verb", verbs())
def test_a_function_may_do_exactly_what_it_does(verb: str) -> None:
    assert set(allowed(verb)) == set(called(verb))


@pytest.mark.parametrize("verb", verbs())
def test_objects_are_reached_below_their_prefix_only(verb: str) -> None:
    _, properties = lambdas()[verb]
    for statement in statements(properties):
        if any("Object" in action for action in as_list(statement["Action"])):
            assert {resource["Fn::Sub"] for resource in as_list(statement["Resource"])} <= {
                "${ImagesBucket.Arn}/images/*",
                "${ImagesBucket.Arn}/failed/*",
                "${ImagesBucket.Arn}/plans/*",
                "${ImagesBucket.Arn}/schedules/*",
                "${ImagesBucket.Arn}/batches/*",
                "${InboxBucket.Arn}/uploads/*",
                "${InboxBucket.Arn}/uploads/inbox/*",
                "${InboxBucket.Arn}/presets/*",
                "${InboxBucket.Arn}/inbox/*",
                "${InboxBucket.Arn}/schedules/*",
            }


def read(verb: str) -> set[str]:
    """The variables that the function's own code reads."""
    return {name for home, f in reached(verb) for name in environment(home, module(home).functions[f])}


@pytest.mark.parametrize("verb", verbs())
def test_every_variable_a_function_reads_is_set_for_it(verb: str) -> None:
    assert read(verb) <= set(variables(verb))


@pytest.mark.parametrize("verb", verbs())
def test_every_variable_set_for_one_function_is_read_by_it(verb: str) -> None:
    own = set(variables(verb)) - set(GLOBALS)

    assert own <= read(verb)


def test_every_variable_set_for_all_is_read_by_several() -> None:
    for name in set(GLOBALS) - POWERTOOLS:
        assert sum(name in read(verb) for verb in verbs()) > 1, name
