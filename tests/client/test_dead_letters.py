"""`plantain dlq`: what could not be processed goes once more to whom it was for."""

import json
from typing import Any

import boto3
import pytest

from tests.client.operating import QUEUE, REGION, Functions
from tests.client.test_operating import run

COUNTS: Any = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]


def arn(logical: str) -> str:
    return f"arn:aws:lambda:{REGION}:123456789012:function:plantain-{logical}-1A2B"


def post(body: str, **attributes: str) -> None:
    sqs = boto3.client("sqs", REGION)
    rows = {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()}
    sqs.send_message(
        QueueUrl=sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"], MessageBody=body, MessageAttributes=rows
    )


def given_up(function: str, event: Any) -> str:
    """As Lambda writes of an asynchronous call that has failed for good."""
    letter = {
        "version": "1.0",
        "timestamp": "2027-01-15T08:01:00.000Z",
        "requestContext": {
            "requestId": "0b6b2c3e-0000-0000-0000-000000000000",
            "functionArn": f"{function}:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": 3,
        },
        "requestPayload": event,
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "responsePayload": {"errorType": "ClientError", "errorMessage": "The table is slow."},
    }
    return json.dumps(letter)


def test_letters_go_once_more_to_whom_they_were_for(
    functions: Functions, capsys: pytest.CaptureFixture[str]
) -> None:
    dropped, planned = {"detail": {"object": {"key": "inbox/a.txt"}}}, {"name": "daily", "plannedAt": "2027-01-15"}
    post(given_up(arn("OnUploadFunction"), dropped))
    post(json.dumps(dropped), TARGET_ARN=arn("OnUploadFunction"), ERROR_MESSAGE="no")
    post(json.dumps(planned), TARGET_ARN=arn("RunScheduleFunction"))

    code, _, err = run(capsys, "dlq", "redrive")
    _, again, _ = run(capsys, "dlq", "redrive", "--json")

    assert code == 0
    assert "3 handed over again" in err
    assert sorted(functions.heard, key=str) == [
        ("OnUploadFunction", dropped),
        ("OnUploadFunction", dropped),
        ("RunScheduleFunction", planned),
    ]
    assert json.loads(again) == {"redriven": 0, "left": []}


@pytest.mark.parametrize(
    ("body", "attributes"),
    [
        ("{}", {"TARGET_ARN": f"arn:aws:lambda:{REGION}:123456789012:function:somebody-elses"}),
        ("{}", {"TARGET_ARN": "arn:aws:sqs:somewhere"}),
        ("{}", {}),
        ("not JSON", {"TARGET_ARN": "own"}),
        ("{}", {"TARGET_ARN": "own", "IS_PAYLOAD_TRUNCATED": "true"}),
    ],
)
def test_a_letter_that_is_for_nobody_here_stays(
    functions: Functions, capsys: pytest.CaptureFixture[str], body: str, attributes: dict[str, str]
) -> None:
    own = arn("OnUploadFunction")
    post(body, **{name: own if value == "own" else value for name, value in attributes.items()})

    code, out, _ = run(capsys, "dlq", "redrive", "--json")

    assert code == 1
    assert (json.loads(out)["redriven"], len(json.loads(out)["left"])) == (0, 1)
    assert functions.heard == []


def test_letters_are_listed_with_their_reason(functions: Functions, capsys: pytest.CaptureFixture[str]) -> None:
    assert "There are none" in run(capsys, "dlq", "list")[2]
    post(given_up(arn("OnUploadFunction"), {"detail": 1}))

    _, out, _ = run(capsys, "dlq", "list")
    again = run(capsys, "dlq", "list")[1]

    assert again == out
    assert out.split("\t")[2:] == ["OnUploadFunction", "ClientError: The table is slow.", '{"detail": 1}\n']
    assert functions.heard == []


def test_on_a_terminal_a_letter_is_told_by_the_file_it_is_about(
    functions: Functions, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"FORCE_COLOR": "1", "COLUMNS": "60", "TERM": "xterm"}.items():
        monkeypatch.setenv(name, value)
    post(given_up(arn("OnUploadFunction"), {"detail": {"bucket": "b" * 200, "object": {"key": "inbox/a.txt"}}}))

    lines = run(capsys, "dlq", "list")[1].splitlines()

    assert lines[0].endswith("  OnUploadFunction")
    assert lines[2:] == ["  ClientError: The table is slow.", "  inbox/a.txt"]
    assert len(lines[1].strip()) == 36


def kept() -> int:
    """How many letters the queue has, also those that nobody sees for a minute."""
    sqs = boto3.client("sqs", REGION)
    url = sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
    return sum(
        int(number)
        for number in sqs.get_queue_attributes(QueueUrl=url, AttributeNames=COUNTS)["Attributes"].values()
    )


def ids(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [letter["id"] for letter in json.loads(run(capsys, "dlq", "list", "--json")[1])["letters"]]


def test_one_letter_that_nobody_can_read_is_shown_and_dropped(
    functions: Functions, capsys: pytest.CaptureFixture[str]
) -> None:
    post("not JSON", TARGET_ARN=arn("OnUploadFunction"), ERROR_MESSAGE="It broke.")
    post(given_up(arn("OnUploadFunction"), {"detail": 1}))
    unreadable = run(capsys, "dlq", "list")[1].splitlines()[0].split("\t")[0]

    refused, _, why = run(capsys, "dlq", "drop", unreadable)
    still = ids(capsys)
    code, shown, _ = run(capsys, "dlq", "drop", unreadable, "--yes")
    again, _, gone = run(capsys, "dlq", "drop", unreadable, "--yes")

    assert (refused, "--yes" in why, "Cost: nothing" in why, len(still)) == (1, True, True, 2)
    assert (code, shown.split("\t")[0], shown.split("\t")[2:]) == (0, unreadable, ["?", "It broke.", "null\n"])
    assert set(ids(capsys)) == set(still) - {unreadable}
    assert (again, "There is no letter" in gone) == (1, True)
    assert (functions.heard, kept()) == ([], 1)


def test_what_was_dropped_is_told_to_a_program(functions: Functions, capsys: pytest.CaptureFixture[str]) -> None:
    post(given_up(arn("OnUploadFunction"), {"detail": 1}))
    (letter,) = ids(capsys)

    refused = run(capsys, "dlq", "drop", letter, "--json")
    code, out, _ = run(capsys, "dlq", "drop", letter, "--json", "--yes")

    assert (refused[0], json.loads(refused[1])["error"]["code"]) == (1, "not-agreed")
    assert (code, json.loads(out)["dropped"]["id"], json.loads(out)["dropped"]["event"]) == (
        0,
        letter,
        {"detail": 1},
    )
    assert kept() == 0


def test_of_an_empty_queue_nothing_is_handed_over(
    functions: Functions, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run(capsys, "dlq", "redrive")

    assert (code, functions.heard) == (0, [])
    assert "There are none" in err
