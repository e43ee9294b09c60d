"""A crowd of files at once: all served, none lost, none twice, and Kie.ai's limit is never met."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from plantain.inbox.keys import stem_of
from tests.e2e.conftest import Cloud
from tests.e2e.dropping import Person, eventually, unique

FILES = 120  # `make bench ARGS=drops` takes as many as it is told
SECONDS = 300.0
WISH = 'prompt = "{0}"\nresolution = "1K"\noutput_format = "jpg"\n'
BAD = {"toml": "prompt = ", "csv": "prompt,size\na,b\n", "docx": "x", "png": "no picture", "jsonl": '{"prompt"'}


def ended(cloud: Cloud, caller: str) -> dict[str, int]:
    """How many of a folder's jobs are in each state."""
    states: dict[str, int] = {}
    pages = (
        cloud.client("dynamodb")
        .get_paginator("query")
        .paginate(
            TableName=cloud.outputs["JobsTableName"],
            IndexName="byCaller",
            KeyConditionExpression="caller = :caller",
            ExpressionAttributeValues={":caller": {"S": caller}},
        )
    )
    for item in (item for page in pages for item in page["Items"]):
        states[item["state"]["S"]] = states.get(item["state"]["S"], 0) + 1
    return states


def test_of_a_crowd_of_files_each_good_one_becomes_one_picture_and_each_bad_one_is_told_of(cloud: Cloud) -> None:
    person, team = Person(cloud), unique("team")
    accepted = cloud.accepted()
    wishes = {f"inbox/{team}/{team}-{number:04}.toml": WISH.format(team) for number in range(FILES)}
    bad = {f"inbox/{team}/{number}.{kind}": text for number in range(4) for kind, text in BAD.items()}
    # Spread among the others.
    together = sorted({**wishes, **bad}.items(), key=lambda drop: drop[0][::-1])

    with ThreadPoolExecutor(16) as crowd:
        sources = list(crowd.map(lambda drop: person.drops(*drop), together))
    eventually(lambda: ended(cloud, f"inbox/{team}") == {"success": FILES}, SECONDS)

    assert {source.key: person.ended(source) for source in sources} == (
        dict.fromkeys(wishes, "success") | dict.fromkeys(bad, "fail")
    )
    pictures = Counter(key.rpartition("/")[2].partition("__")[0] for key in person.keys("images/"))
    # Each with its manifest beside it.
    assert {stem: pictures[stem] for stem in map(stem_of, wishes)} == dict.fromkeys(map(stem_of, wishes), 2)
    assert (cloud.accepted(), person.paid(team)) == (accepted + FILES, FILES)


@pytest.fixture
def at_kies_pace(cloud: Cloud) -> Any:
    """The parameter CreatesPerTenSeconds as it is in AWS, and a Kie.ai that has its limit."""
    functions, name = cloud.client("lambda"), cloud.resources["CreateTaskFunction"]
    variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]

    def set_to(creates: str) -> None:
        changed = {"Variables": variables | {"CREATES_PER_TEN_SECONDS": creates}}
        functions.update_function_configuration(FunctionName=name, Environment=changed)

    set_to("18")
    cloud.twin.post("/_twin/settings", json={"rateLimit": True}).raise_for_status()
    yield
    set_to(variables["CREATES_PER_TEN_SECONDS"])


@pytest.mark.usefixtures("at_kies_pace")
def test_the_account_keeps_its_pace_over_both_doors_and_kie_refuses_nothing(cloud: Cloud) -> None:
    def refused() -> int:
        return int(cloud.twin.get("/_twin/ledger").json()["refusals"].get("rate", 0))

    person, team = Person(cloud), unique("team")
    before, accepted, caller = refused(), cloud.accepted(), cloud.caller(unique("caller"))

    with ThreadPoolExecutor(24) as crowd:
        wish = f'prompt = "{team}"\nresolution = "1K"\n'
        list(crowd.map(lambda number: person.drops(f"inbox/{team}/{number}.toml", wish), range(14)))
        made = list(crowd.map(lambda number: caller.made(f"{team} {number}", resolution="1K"), range(14)))
    eventually(lambda: ended(cloud, f"inbox/{team}") == {"success": 14})

    assert {job["state"] for job in made} == {"success"}
    assert cloud.accepted() == accepted + 28
    assert refused() == before
