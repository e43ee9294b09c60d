"""The structure of the state machine: no tool of AWS's looks into the file before it is deployed."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from plantain import errors, refusals
from plantain.pace import pausing
from plantain.pace.item import Paused
from plantain.steps.polling import Pace
from tests.template.stack import ASL_FILE, as_list, asl, resources, statements, template

# Reserved error names of the States Language (States.*) and those that Lambda documents for its tasks.
AWS_ERRORS = {
    "States.ALL",
    "States.Timeout",
    "States.TaskFailed",
    "Lambda.TooManyRequestsException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Sandbox.Timedout",
}
STATES: dict[str, Any] = asl()["States"]
LAMBDA = "arn:aws:states:::lambda:invoke"
TASKS = {name: state for name, state in STATES.items() if state.get("Resource") == LAMBDA}
WAIT_FOR_RING: dict[str, Any] = STATES["WaitForRing"]
# What goes wrong in a step and ends no job.
OTHER_WAYS = {"StoreImage": [(["EarlierImageGone"], "CreateTask")]}


def exits(state: dict[str, Any]) -> list[str]:
    """Where a state may go."""
    ways = [*state.get("Choices", []), *state.get("Catch", []), {"Next": state.get("Default")}, state]
    return [way["Next"] for way in ways if way.get("Next")]


def reachable(start: str, without: frozenset[str] = frozenset()) -> set[str]:
    """Every state that can follow `start`, itself included only when a cycle leads back to it."""
    found: set[str] = set()
    ahead = exits(STATES[start])
    while ahead:
        name = ahead.pop()
        if name not in found and name not in without:
            found.add(name)
            ahead += exits(STATES[name])
    return found


def function_of(task: dict[str, Any]) -> str:
    """The logical id of the function that a task calls."""
    return str(task["Parameters"]["FunctionName"]).removeprefix("${").removesuffix("Arn}")


def errors_named(state: dict[str, Any]) -> Iterator[str]:
    for clause in (*state.get("Retry", []), *state.get("Catch", [])):
        yield from clause["ErrorEquals"]


def test_every_exit_leads_to_a_state() -> None:
    assert asl()["StartAt"] in STATES
    for name, state in STATES.items():
        assert set(exits(state)) <= set(STATES), name


def test_every_state_is_reached() -> None:
    assert {asl()["StartAt"], *reachable(asl()["StartAt"])} == set(STATES)


@pytest.mark.parametrize("name", STATES)
def test_every_path_ends(name: str) -> None:
    ends = {end for end, state in STATES.items() if state["Type"] in ("Succeed", "Fail") or state.get("End")}

    assert name in ends or reachable(name) & ends
    assert name in ends or exits(STATES[name])


def test_every_loop_goes_through_a_choice_and_time_is_bounded() -> None:
    choices = frozenset(name for name, state in STATES.items() if state["Type"] == "Choice")

    assert [name for name in STATES if name not in choices and name in reachable(name, choices)] == []
    assert asl()["TimeoutSeconds"] > 0


@pytest.mark.parametrize("name", TASKS)
def test_every_task_is_bounded_in_time_and_tried_again(name: str) -> None:
    assert TASKS[name]["TimeoutSeconds"] > 0
    assert TASKS[name]["Retry"]
    for retry in TASKS[name]["Retry"]:
        assert retry["MaxAttempts"] == 0 or {"IntervalSeconds", "BackoffRate", "MaxDelaySeconds"} <= set(retry)


@pytest.mark.parametrize("name", TASKS)
def test_a_task_without_room_waits_its_turn_far_longer_than_it_is_tried_again(name: str) -> None:
    first, *others = TASKS[name]["Retry"]

    assert first["ErrorEquals"] == ["Lambda.TooManyRequestsException"]
    within_an_hour = [retry for retry in others if retry.get("MaxDelaySeconds", 0) <= 60]
    assert delays(first) > 1.9 * max(map(delays, within_an_hour), default=0)
    assert first["JitterStrategy"] == "FULL"  # all who wait would otherwise come back together


@pytest.mark.parametrize("name", [name for name in TASKS if name != "RecordFailure"])
def test_every_task_that_gives_up_has_its_failure_recorded(name: str) -> None:
    *others, last = TASKS[name]["Catch"]

    assert last == {"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "RecordFailure"}
    assert [(catch["ErrorEquals"], catch["Next"]) for catch in others] == OTHER_WAYS.get(name, [])


def test_the_wait_for_a_ring_ends_by_a_ring_or_by_time_and_nothing_that_happens_to_it_ends_the_job() -> None:
    assert {name for name, state in STATES.items() if state["Type"] == "Task"} == {*TASKS, "WaitForRing"}
    assert WAIT_FOR_RING["Resource"].endswith(":dynamodb:updateItem.waitForTaskToken")
    assert WAIT_FOR_RING["TimeoutSecondsPath"] == "$.waitSeconds"
    assert WAIT_FOR_RING["Parameters"]["ConditionExpression"].endswith("attribute_not_exists(rungAt)")
    looks, waits = WAIT_FOR_RING["Catch"]
    assert set(looks["ErrorEquals"]) == {"States.Timeout", "DynamoDb.ConditionalCheckFailedException"}
    assert (looks["Next"], waits["ErrorEquals"], waits["Next"]) == (
        "CheckStatus",
        ["States.ALL"],
        "WaitBeforePoll",
    )
    assert WAIT_FOR_RING["Next"] == "CheckStatus"


def test_a_recorded_failure_ends_the_execution_failed() -> None:
    assert reachable("RecordFailure") == {"Failed"}
    assert STATES["Failed"]["Type"] == "Fail"


def test_every_choice_has_a_default_and_every_fail_a_name_and_a_cause() -> None:
    for state in STATES.values():
        assert state["Type"] != "Choice" or state["Default"] in STATES
        if state["Type"] == "Fail":
            assert {"Error", "ErrorPath"} & set(state)
            assert {"Cause", "CausePath"} & set(state)


def test_the_tree_of_errors_is_drawn_whole() -> None:
    """Each class of errors.py and refusals.py stands in the docstring, below the one it is made of."""
    drawn, above = {}, [errors.PlantainError.__name__]
    for depth, name in re.findall(r"^    ([│├└─ ]*)([A-Z]\w+)", errors.__doc__ or "", re.MULTILINE):
        level = len(depth) // 4
        drawn[name] = above[level - 1] if level else "Exception"
        above[level:] = [name]
    kinds = {kind for module in (errors, refusals) for kind in vars(module).values() if isinstance(kind, type)}
    ours = {kind for kind in kinds if issubclass(kind, errors.PlantainError)}

    assert drawn == {kind.__name__: kind.__base__.__name__ for kind in ours if kind.__base__}


@pytest.mark.parametrize("name", TASKS)
def test_every_error_named_is_ours_or_aws(name: str) -> None:
    ours = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, Exception)}

    assert set(errors_named(TASKS[name])) <= ours | AWS_ERRORS


@pytest.mark.parametrize("name", TASKS)
def test_states_all_stands_alone_and_last(name: str) -> None:
    for clauses in (TASKS[name].get("Retry", []), TASKS[name].get("Catch", [])):
        with_all = [number for number, clause in enumerate(clauses) if "States.ALL" in clause["ErrorEquals"]]
        assert with_all in ([], [len(clauses) - 1])
        assert all(clauses[number]["ErrorEquals"] == ["States.ALL"] for number in with_all)


@pytest.mark.parametrize(
    ("step", "final"),
    [
        (
            "CreateTask",
            {
                "KieBusy",
                "Refused",
                "KieKeyRejected",
                "KieKeyMissing",
                "Misconfigured",
                "OverBudget",
                "TooDear",
                "InputGone",
                "EarlierFailed",
                "OutcomeUnknown",
                "JobEnded",
                "JobNotFound",
            },
        ),
        ("CheckStatus", {"UnexpectedAnswer", "OutcomeUnknown", "JobEnded", "JobNotFound"}),
        ("StoreImage", {"UnusableResult", "EarlierImageGone", "JobEnded", "JobNotFound"}),
    ],
)
def test_what_is_final_is_not_tried_again(step: str, final: set[str]) -> None:
    never = [set(retry["ErrorEquals"]) for retry in TASKS[step]["Retry"] if retry.get("MaxAttempts") == 0]

    assert never == [final]


@pytest.mark.parametrize("name", sorted(path.name for path in ASL_FILE.parent.iterdir()))
def test_no_yaml_beyond_json(name: str) -> None:
    """CloudFormation's reader of definitions resolves no alias: it would deploy the anchor's name as a text."""
    for token in yaml.scan((ASL_FILE.parent / name).read_text()):
        assert not isinstance(token, yaml.AnchorToken | yaml.AliasToken | yaml.TagToken), token


def test_every_substitution_is_defined_and_every_definition_used() -> None:
    defined = resources("AWS::Serverless::StateMachine")["GenerateImage"]["DefinitionSubstitutions"]
    written = set(re.findall(r"\$\{(\w+)\}", ASL_FILE.read_text()))

    assert written == set(defined)
    assert defined.pop("JobsTable") == {"Ref": "JobsTable"}
    assert all(defined[name] == {"Fn::GetAtt": [name.removesuffix("Arn"), "Arn"]} for name in defined)


def test_every_task_waits_longer_than_its_function_may_run() -> None:
    """Otherwise a step is called timed out, and tried again, while it still works."""
    functions = resources("AWS::Serverless::Function")
    usual = template()["Globals"]["Function"]["Timeout"]
    for state in TASKS.values():
        name = function_of(state)
        assert state["TimeoutSeconds"] > functions[name].get("Timeout", usual), name


def delays(retry: dict[str, Any]) -> float:
    """The longest sum of a retrier's delays, in seconds: with no jitter."""
    first, rate = retry.get("IntervalSeconds", 1), retry.get("BackoffRate", 2.0)
    attempts = retry.get("MaxAttempts", 3)
    longest = retry.get("MaxDelaySeconds", float("inf"))
    return float(sum(min(first * rate**attempt, longest) for attempt in range(attempts)))


def test_the_hard_bound_lies_above_all_waits_and_retries_at_the_largest_parameters() -> None:
    """Every wait of the loop, every task running into its own timeout once, every retrier used up once, and before
    that a line of 50,000 creates at the pace of the template.

    That each of many looks is retried to the last is left out: that is what the hard bound is there to end.
    """
    parameters = template()["Parameters"]
    largest = {name: parameters[name]["MaxValue"] for name in parameters if name.startswith(("Poll", "LatePoll"))}
    polling = largest["PollAttempts"] * largest["PollIntervalSeconds"] + largest["LatePollMinutes"] * 60
    tasks = sum(task["TimeoutSeconds"] + sum(map(delays, task["Retry"])) for task in TASKS.values())
    line = 50_000 * 10 / parameters["CreatesPerTenSeconds"]["Default"]

    assert asl()["TimeoutSeconds"] > line + polling + tasks


EVENTS = 25_000  # of one execution, before Step Functions ends it
EVENTS_OF_A_LOOK = 9  # of a wait, a task and a choice
EVENTS_OF_A_RUNG_LOOK = 13  # the wait is a task with a token


def looks_of(pace: Pace) -> int:
    age, looks = 0, 0
    while not pace.is_over(age):
        age, looks = age + pace.wait_at(age), looks + 1
    return looks


def test_the_history_of_an_execution_has_room_for_all_looks_at_the_largest_parameters() -> None:
    parameters = template()["Parameters"]
    shortest, longest = (parameters["PollIntervalSeconds"][bound] for bound in ("MinValue", "MaxValue"))
    most = parameters["PollAttempts"]["MaxValue"]
    late = parameters["LatePollIntervalSeconds"]["MinValue"], parameters["LatePollMinutes"]["MaxValue"] * 60
    waits = Pace(shortest, shortest * most, *late)
    is_rung = Pace(longest, longest * most, *late, parameters["SafetyPollSeconds"]["MinValue"])

    # The rest is for what is tried again.
    assert looks_of(waits) * EVENTS_OF_A_LOOK < EVENTS / 2
    assert looks_of(is_rung) * EVENTS_OF_A_RUNG_LOOK < EVENTS / 2


def test_the_history_of_an_execution_has_room_for_a_pause_of_a_week_and_all_looks_after_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    defaults = {name: parameter.get("Default") for name, parameter in template()["Parameters"].items()}
    interval, safety = defaults["PollIntervalSeconds"], defaults["SafetyPollSeconds"]
    late = defaults["LatePollIntervalSeconds"], defaults["LatePollMinutes"] * 60
    pace = Pace(interval, interval * defaults["PollAttempts"], *late, safety)
    age, waits, week = 0, 0, asl()["TimeoutSeconds"]
    monkeypatch.setattr(pausing, "now_ms", lambda: age * 1000)
    while age < week:
        age, waits = age + pausing.wait_seconds(Paused("operator", "", 0, 0)), waits + 1

    assert waits * EVENTS_OF_A_LOOK + looks_of(pace) * EVENTS_OF_A_RUNG_LOOK < EVENTS * 0.9


def paths_in(value: Any) -> set[str]:
    """The top-level keys of the state that an expression reads: `$.taskId` → taskId, `$` → $."""
    match value:
        case dict():
            return set().union(*(paths_in(part) for part in value.values()), set())
        case list():
            return set().union(*(paths_in(part) for part in value), set())
        case str() if value.startswith("$") and not value.startswith("${"):
            return {value.removeprefix("$.").split(".")[0]}
        case _:
            return set()


def test_ids_and_small_numbers_travel_and_nothing_else() -> None:
    allowed = {
        "taskId",
        "looks",
        "blanks",
        "waitSeconds",
        "status",
        "error",
        "cause",
        "Payload",
        "kieTaskId",
        "rings",
    }
    passed = {key for task in TASKS.values() for key in _payload_keys(task["Parameters"])}

    assert {key for state in STATES.values() for key in paths_in(state)} <= allowed | {"$", "$$"}
    assert passed <= allowed
    assert all(state["OutputPath"] == "$.Payload" for state in TASKS.values())


def _payload_keys(parameters: dict[str, Any]) -> set[str]:
    return {key.removesuffix(".$") for key in parameters.get("Payload", {})}


def test_the_state_machine_may_call_its_own_functions_and_nothing_else() -> None:
    first, second = statements(resources("AWS::Serverless::StateMachine")["GenerateImage"])
    called = {function_of(task) for task in TASKS.values()}

    assert [first["Action"], second["Action"]] == ["lambda:InvokeFunction", "dynamodb:UpdateItem"]
    assert second["Resource"] == {"Fn::GetAtt": ["JobsTable", "Arn"]}
    assert {target["Fn::GetAtt"][0] for target in as_list(first["Resource"])} == called
