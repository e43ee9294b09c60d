"""The structure of the machine of batches, its rows included: as strict as that of jobs (test_asl.py)."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from plantain import errors
from plantain.batches.batch import MAX_ROWS
from plantain.batches.endings import EXPIRED
from plantain.batches.taking_rows import seconds_after
from tests.conftest import ROOT
from tests.template.stack import as_list, asl, resources, statements, template
from tests.template.test_asl import AWS_ERRORS, delays, errors_named, exits

ASL_FILE = ROOT / "statemachine" / "generate_batch.asl.yaml"
TEXT = ASL_FILE.read_text()
MACHINE: dict[str, Any] = yaml.safe_load(TEXT)
PROCESSOR = MACHINE["States"]["Rows"]["ItemProcessor"]
LEVELS = {"batch": MACHINE, "row": PROCESSOR}
EVERY: dict[str, dict[str, Any]] = MACHINE["States"] | PROCESSOR["States"]
LAMBDAS = {n: s for n, s in EVERY.items() if s.get("Resource", "").endswith("lambda:invoke")}
PROPERTIES = resources("AWS::Serverless::StateMachine")["GenerateBatch"]
OTHER_ERRORS = {"DynamoDb.ConditionalCheckFailedException"}


def reached(states: dict[str, Any], start: str, without: frozenset[str] = frozenset()) -> set[str]:
    found: set[str] = set()
    ahead = exits(states[start])
    while ahead:
        name = ahead.pop()
        if name not in found and name not in without:
            found.add(name)
            ahead += exits(states[name])
    return found


@pytest.mark.parametrize("level", LEVELS)
def test_every_exit_leads_to_a_state_and_every_state_is_reached_and_ends(level: str) -> None:
    start, states = LEVELS[level]["StartAt"], LEVELS[level]["States"]
    ends = {name for name, state in states.items() if state["Type"] in ("Succeed", "Fail") or state.get("End")}

    assert {start, *reached(states, start)} == set(states)
    for name in states:
        assert set(exits(states[name])) <= set(states)
        assert name in ends or reached(states, name) & ends


def test_every_loop_goes_through_a_choice_and_time_is_bounded() -> None:
    choices = frozenset(name for name, state in EVERY.items() if state["Type"] == "Choice")

    for level in LEVELS.values():
        states = level["States"]
        assert [name for name in states if name not in choices and name in reached(states, name, choices)] == []
    assert MACHINE["TimeoutSeconds"] > EVERY["WaitForConfirmation"]["TimeoutSeconds"] * 4


def test_a_row_is_looked_at_for_longer_than_its_job_can_take() -> None:
    (again,) = [c for c in EVERY["HasEnded"]["Choices"] if "NumericLessThan" in c]
    waits = sum(seconds_after(looks) for looks in range(1, again["NumericLessThan"]))

    assert (again["Variable"], EVERY["HasEnded"]["Default"]) == ("$.looks", "RowUnfinished")
    assert waits > asl()["TimeoutSeconds"]
    assert EVERY["MakeImage"]["TimeoutSeconds"] > asl()["TimeoutSeconds"]


def test_every_choice_has_a_default_and_every_fail_a_name_and_a_cause() -> None:
    for state in EVERY.values():
        assert state["Type"] != "Choice" or state["Default"] in EVERY
        assert state["Type"] != "Fail" or {"Error", "Cause"} <= set(state)
    assert EVERY["Expired"]["Error"] == EXPIRED


@pytest.mark.parametrize("name", LAMBDAS)
def test_every_call_of_a_function_is_bounded_tried_again_and_waits_its_turn(name: str) -> None:
    task = LAMBDAS[name]
    first, *others = task["Retry"]
    functions = resources("AWS::Serverless::Function")
    called = task["Parameters"]["FunctionName"].removeprefix("${").removesuffix("Arn}")

    assert task["TimeoutSeconds"] > functions[called].get("Timeout", template()["Globals"]["Function"]["Timeout"])
    assert first["ErrorEquals"] == ["Lambda.TooManyRequestsException"]
    assert delays(first) > 1.9 * max(map(delays, others))
    assert others[-1]["ErrorEquals"] == ["States.ALL"]


@pytest.mark.parametrize("name", [name for name, state in EVERY.items() if state["Type"] == "Task"])
def test_every_error_named_is_ours_or_aws(name: str) -> None:
    ours = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, Exception)}

    assert set(errors_named(EVERY[name])) <= ours | AWS_ERRORS | OTHER_ERRORS


def test_no_row_stops_another() -> None:
    rows = EVERY["Rows"]

    assert rows["ToleratedFailurePercentage"] == 100
    assert rows["ItemProcessor"]["ProcessorConfig"] == {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    assert EVERY["MakeImage"]["Catch"] == [
        {"ErrorEquals": ["States.ALL"], "ResultPath": None, "Next": "WaitBeforeLook"}
    ]
    assert "Retry" not in EVERY["MakeImage"]  # a job that has failed is not one that has not been tried


def test_what_the_rows_answer_fits_into_one_output() -> None:
    assert [name for name, state in PROCESSOR["States"].items() if state.get("End")] == ["RowDone"]
    assert (EVERY["RowDone"]["Type"], EVERY["RowDone"]["OutputPath"]) == ("Pass", None)
    assert MAX_ROWS * len("{},") < 256 * 1024


def _payload(value: Any) -> Iterator[str]:
    match value:
        case dict():
            for key, part in value.items():
                yield key.removesuffix(".$")
                yield from _payload(part)


def test_ids_and_places_travel_and_nothing_else() -> None:
    payloads = [task["Parameters"]["Payload"] for task in LAMBDAS.values()]
    given = [*payloads, EVERY["Rows"]["ItemSelector"], EVERY["MakeImage"]["Parameters"]["Input"]]

    assert {key for values in given for key in _payload(values)} == {"batchId", "first", "last", "looks", "taskId"}


def test_every_substitution_is_defined_and_every_definition_used() -> None:
    assert set(re.findall(r"\$\{(\w+)\}", TEXT)) == set(PROPERTIES["DefinitionSubstitutions"])


def test_no_yaml_beyond_json() -> None:
    for token in yaml.scan(TEXT):
        assert not isinstance(token, yaml.AnchorToken | yaml.AliasToken | yaml.TagToken), token


def test_the_machine_may_do_what_its_states_do_and_stop_nothing() -> None:
    """And run its rows as executions of itself, and hear of the end of those that it starts."""
    own = statements(PROPERTIES)
    rows = resources("AWS::IAM::Policy")["GenerateBatchRows"]
    allowed = [*own, *rows["PolicyDocument"]["Statement"]]

    assert {action for statement in allowed for action in as_list(statement["Action"])} == {
        "lambda:InvokeFunction",
        "dynamodb:UpdateItem",
        "s3:GetObject",
        "states:StartExecution",
        "states:DescribeExecution",
        *("events:PutTargets", "events:PutRule", "events:DescribeRule"),
    }
    assert {target["Fn::GetAtt"][0] for target in own[0]["Resource"]} == {
        str(task["Parameters"]["FunctionName"]).removeprefix("${").removesuffix("Arn}")
        for task in LAMBDAS.values()
    }
    started = [s["Resource"] for s in allowed if s["Action"] == "states:StartExecution"]
    assert started == [{"Ref": "GenerateImage"}, {"Ref": "GenerateBatch"}]
    assert rows["Roles"] == [{"Ref": "GenerateBatchRole"}]
