"""Batches that were dropped into the inbox: what is found in the images bucket and on the file."""

import json
from typing import Any

import pytest

from tests.client.test_command import Ran
from tests.e2e.conftest import Caller, Cloud
from tests.e2e.dropping import Person, eventually, unique
from tests.e2e.test_batches import reached


@pytest.fixture
def person(cloud: Cloud) -> Person:
    return Person(cloud)


def told(person: Person, folder: str, stem: str) -> tuple[str, str]:
    """What is told of a batch, its lines joined, and the batch's id."""

    def look() -> str | None:
        return next((key for key in person.keys(f"{folder}/") if f"/{stem}__" in key), None)

    key = eventually(look)
    return " ".join(person.text(key).split()), key.rpartition("__")[2].removesuffix(".txt")


def test_a_row_that_cannot_be_made_is_told_and_the_others_are_made(person: Person) -> None:
    stem = unique()
    table = ["id,prompt,resolution", f"a,{stem} one,1K", f"b,{stem} two,9K", f"c,{stem} three,1K"]
    source = person.drops(f"inbox/{stem}.csv", "\ufeff" + "\r\n".join(table))

    assert person.ended(source) == "fail"

    text, _ = told(person, "failed", stem)
    assert "line 3: resolution: must be one of 1K, 2K, 4K" in text
    assert "For these rows nothing was charged." in text
    assert person.paid(stem) == len(person.pictures(f"{stem}-a") + person.pictures(f"{stem}-c")) == 2


def test_of_a_mended_file_only_the_changed_row_is_paid(person: Person) -> None:
    stem = unique()
    table = f"prompt,resolution\n{stem} one,1K\n{stem} two,{{size}}\n{stem} three,1K\n"
    assert person.ended(person.drops(f"inbox/{stem}.csv", table.format(size="9K"))) == "fail"
    assert person.paid(stem) == 2

    person.made(person.drops(f"inbox/{stem}.csv", table.format(size="1K")))

    assert person.paid(stem) == 3


def test_above_the_price_it_waits_says_how_and_can_be_stopped_for_nothing(
    cloud: Cloud, person: Person, alice: Caller
) -> None:
    stem = unique()
    rows = "".join(f"{stem} {number},1K\n" for number in range(223))
    source = person.drops(f"inbox/{stem}.csv", f"prompt,resolution\n{rows}")

    plan, batch_id = told(person, "plans", stem)
    assert "223 rows that can be made. Making them costs about $20.07" in plan
    assert f"plantain batch confirm {batch_id}" in plan
    assert person.status(source) == "accepted"
    arn = cloud.outputs["BatchMachineArn"].replace(":stateMachine:", ":execution:") + f":{batch_id}"
    cloud.client("stepfunctions").stop_execution(executionArn=arn)

    assert person.ended(source) == "fail"
    assert "Nothing was charged." in told(person, "failed", stem)[0]
    assert reached(alice, batch_id, "failed")["cost"]["credits"] == 0
    assert person.paid(stem) == 0


def test_the_command_runs_a_file_and_saves_its_results(
    cloud: Cloud, alice: Caller, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setenv("PLANTAIN_URL", cloud.api_url)
    monkeypatch.setenv("PLANTAIN_API_KEY", alice.api.headers["Authorization"].removeprefix("Bearer "))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cards.csv").write_text("id,prompt,resolution\na,a leaf,1K\nb,a tree,9K\n")

    name = unique()
    ran = Ran(capsys, "batch", "run", "cards.csv", "--name", name, "--images", "pictures", "--interval", "0.3")

    assert (ran.code, ran.out) == (3, f"{name}.results.jsonl\n")
    rows = [json.loads(line) for line in (tmp_path / f"{name}.results.jsonl").read_text().splitlines()]
    assert [row["state"] for row in rows] == ["success", "invalid"]
    assert "line 3: resolution must be one of 1K, 2K, 4K" in ran.err
    assert [path.suffix for path in (tmp_path / "pictures").iterdir()] == [".png"]
