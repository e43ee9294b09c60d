"""`plantain pause | resume`: the operator's switch, over a small AWS."""

import datetime as dt
import json
from typing import Any

import pytest

from plantain_client.cli.main import main
from plantain_client.operator.pause import Pause


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main([words[0], "--table", "jobs", *words[1:]])
    return code, *capsys.readouterr()


def test_creates_are_paused_and_go_on(dynamodb: Any, capsys: pytest.CaptureFixture[str]) -> None:
    before = run(capsys, "pause", "--status")
    paused = run(capsys, "pause", "a fair until Monday")
    shown = json.loads(run(capsys, "pause", "--status", "--json")[1])["paused"]
    at = int(dynamodb.scan(TableName="jobs")["Items"][0]["paused"]["M"]["at"]["N"])
    resumed = run(capsys, "resume")
    again = run(capsys, "resume", "--json")

    assert before[:2] == (0, "Creates are sent.\n")
    assert paused[0] == 0
    assert "by an operator: a fair until Monday" in paused[1]
    assert "nothing is lost or charged" in paused[2]
    assert (shown["by"], shown["reason"]) == ("operator", "a fair until Monday")
    since = dt.datetime.fromisoformat(shown["since"])
    assert since.timestamp() == at / 1000
    assert since.astimezone().isoformat(" ", "seconds") in paused[1]
    assert (resumed[0], "Creates go on" in resumed[2]) == (0, True)
    assert (again[0], json.loads(again[1])) == (0, {"ended": None})


def test_a_second_pause_keeps_the_reason_unless_it_has_one_of_its_own(
    dynamodb: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    told = [json.loads(run(capsys, "pause", *why, "--json")[1])["paused"] for why in (["a fair"], [], ["a flood"])]

    assert [pause["reason"] for pause in told] == ["a fair", "a fair", "a flood"]
    assert len({pause["since"] for pause in told}) == 1


def test_a_status_changes_nothing(dynamodb: Any, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "pause", "--status")

    assert dynamodb.scan(TableName="jobs")["Items"] == []


def test_what_cannot_be_done_is_said(dynamodb: Any, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "pause", "--table", "nowhere")

    assert (code, out) == (1, "")
    assert "no such table" in err
    assert "Cost: nothing was charged" in err


def test_an_interruption_says_how_to_see_what_holds(
    dynamodb: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Pause, "pause", interrupted)

    code, _, err = run(capsys, "pause")

    assert code == 130
    assert "plantain pause --status" in err
