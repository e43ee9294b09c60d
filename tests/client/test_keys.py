"""`plantain keys`: the operator's part, over a small AWS."""

import hashlib
import json
import sys
from typing import Any

import pytest

from plantain_client.cli.main import main
from plantain_client.operator.api_keys import ApiKeys
from plantain_client.operator.stack import CannotReach, in_words


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["keys", words[0], "--table", "keys", *words[1:]])
    return code, *capsys.readouterr()


def test_a_key_is_shown_once_and_only_its_hash_is_kept(dynamodb: Any, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "add", "alice")

    key = out.strip()
    assert code == 0
    assert key.startswith("plantain_")
    (item,) = dynamodb.scan(TableName="keys")["Items"]
    assert item["keyHash"] == {"S": hashlib.sha256(key.encode()).hexdigest()}
    assert item["name"] == {"S": "alice"}
    assert int(item["createdAt"]["N"]) > 1_700_000_000_000
    assert key not in err + str(item) + run(capsys, "list")[1] + run(capsys, "list", "--json")[1]


def test_an_operators_key_is_marked_and_told(dynamodb: Any, capsys: pytest.CaptureFixture[str]) -> None:
    _, _, err = run(capsys, "add", "alice", "--operator")
    run(capsys, "add", "bob")

    marks = {item["name"]["S"]: item.get("operator") for item in dynamodb.scan(TableName="keys")["Items"]}
    assert marks == {"alice": {"BOOL": True}, "bob": None}
    assert "of the operator alice" in err
    listed = json.loads(run(capsys, "list", "--json")[1])["callers"]
    assert [caller["operator"] for caller in listed] == [True, False]
    assert [line.endswith("\toperator") for line in run(capsys, "list")[1].splitlines()] == [True, False]


def test_a_rate_is_kept_with_its_key_and_listed(dynamodb: Any, capsys: pytest.CaptureFixture[str]) -> None:
    made = run(capsys, "add", "alice", "--rate", "120", "--json")[1]
    told = [run(capsys, "add", "alice")[2], run(capsys, "add", "bob", "--rate", "0", "--operator")[2]]
    run(capsys, "add", "carol")

    assert json.loads(made)["ratePerMinute"] == 120
    assert ["With it bob is allowed requests without limit" in words for words in told] == [False, True]
    assert "allowed 120 requests a minute, whatever" in run(capsys, "add", "dora", "--rate", "120")[2]
    run(capsys, "revoke", "dora")
    kept = {item["name"]["S"]: item.get("ratePerMinute") for item in dynamodb.scan(TableName="keys")["Items"]}
    assert (kept["bob"], kept["carol"]) == ({"N": "0"}, None)
    listed = json.loads(run(capsys, "list", "--json")[1])["callers"]
    assert [caller["ratePerMinute"] for caller in listed] == [[120, None], [0], [None]]
    lines = [line.split("\t")[3:] for line in run(capsys, "list")[1].splitlines()]
    assert lines == [["", "120, the stack's"], ["operator", "no limit"], []]


@pytest.mark.parametrize("rate", ["-1", "1.5", "many", "", "9" * 12])
def test_a_rate_is_a_number_of_requests(dynamodb: Any, capsys: pytest.CaptureFixture[str], rate: str) -> None:
    with pytest.raises(SystemExit) as ended:
        run(capsys, "add", "alice", f"--rate={rate}")

    assert ended.value.code == 2
    assert "a whole number of requests a minute" in capsys.readouterr().err
    assert dynamodb.scan(TableName="keys")["Count"] == 0


def test_callers_are_listed_and_revoked_with_all_their_keys(
    dynamodb: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("bob", "alice", "alice"):
        run(capsys, "add", name, "--json")

    _, listed, _ = run(capsys, "list", "--json")
    _, plain, _ = run(capsys, "list")
    code, _, said = run(capsys, "revoke", "alice")
    again, _, refused = run(capsys, "revoke", "alice")
    _, left, _ = run(capsys, "list", "--json")

    assert [(caller["name"], caller["keys"]) for caller in json.loads(listed)["callers"]] == [
        ("alice", 2),
        ("bob", 1),
    ]
    assert [line.split("\t")[:2] for line in plain.splitlines()] == [["alice", "2"], ["bob", "1"]]
    assert (code, again) == (0, 1)
    assert "2 keys of alice revoked" in said
    assert "up to 60 s" in said
    assert "alice has no keys" in refused
    assert [caller["name"] for caller in json.loads(left)["callers"]] == ["bob"]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("add", "Alice"), 2, "1 to 64 characters"),
        (("list", "--table", "nowhere"), 1, "no such table"),
    ],
)
def test_what_cannot_be_done_is_said(
    dynamodb: Any, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: int, told: str
) -> None:
    ended, out, err = run(capsys, *words)

    assert (ended, out) == (code, "")
    assert told in err
    assert "Next: " in err
    assert "Cost" not in err


@pytest.mark.parametrize(
    ("words", "method", "told"),
    [
        (("add", "alice"), "create", ("may have been made", "plantain keys list", "plantain keys revoke alice")),
        (("revoke", "alice"), "revoke", ("may have been deleted", "plantain keys revoke alice")),
        (("list",), "callers", ("Nothing was changed",)),
    ],
)
def test_an_interruption_says_what_may_have_been_done(
    dynamodb: Any,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    method: str,
    told: tuple[str, ...],
) -> None:
    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(ApiKeys, method, interrupted)

    code, out, err = run(capsys, *words)

    assert (code, out) == (130, "")
    for part in told:
        assert part in err
    assert "Nothing was asked for" not in err


def test_without_credentials_region_or_boto3(
    dynamodb: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_REGION")
    assert "No AWS region" in run(capsys, "list")[2]

    monkeypatch.setitem(sys.modules, "botocore.exceptions", None)
    code, _, err = run(capsys, "list")
    assert code == 1
    assert "pip install boto3" in err


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("AccessDeniedException", "dynamodb:PutItem"),
        ("ExpiredTokenException", "Sign in again"),
        ("UnrecognizedClientException", "Sign in again"),
        ("Throttling", "Check account"),
    ],
)
def test_a_refusal_by_aws_says_what_is_missing(code: str, words: str) -> None:
    from botocore.exceptions import ClientError

    with pytest.raises(CannotReach) as refused, in_words():
        raise ClientError({"Error": {"Code": code, "Message": "no"}}, "Scan")

    assert words in refused.value.advice


def test_missing_credentials_are_named() -> None:
    from botocore.exceptions import NoCredentialsError

    with pytest.raises(CannotReach, match="no AWS credentials"), in_words():
        raise NoCredentialsError
