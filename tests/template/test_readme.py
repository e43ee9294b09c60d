"""What an operator can set and look up is in the README, and what it says to type can be typed."""

import json
import re
import shlex

import pytest

from plantain.recovery.reopening import REOPENABLE
from plantain_client.cli.arguments import arguments
from scripts.openapi.codes import FAIL_CODES
from tests.conftest import ROOT
from tests.template.stack import FUNCTIONS, resources, template

README = (ROOT / "README.md").read_text()
TABLES = "\n".join(line for line in README.splitlines() if line.startswith("| "))
PAGE = README.partition("\n## When something goes wrong\n")[2].partition("\n## ")[0]
ALARMS = resources("AWS::CloudWatch::Alarm")


@pytest.mark.parametrize("name", [*template()["Parameters"], *template()["Outputs"]])
def test_every_parameter_and_output_is_in_a_table(name: str) -> None:
    assert f"`{name}`" in TABLES


def test_as_many_functions_are_told_of_as_there_are() -> None:
    verbs = [path.parent.name for path in FUNCTIONS.glob("*/app.py")]
    (told,) = re.findall(r"one stack of (\d+) Lambda functions", README)
    assert int(told) == len(verbs)


@pytest.mark.parametrize("alarm", ALARMS)
def test_what_to_do_is_said_of_every_alarm(alarm: str) -> None:
    (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{alarm}` |")]
    what, means, cost, do, over = row.strip("| ").split(" | ")
    assert all(len(cell) > 1 for cell in (what, means, cost, do, over))


@pytest.mark.parametrize("alarm", ALARMS)
def test_every_alarm_tells_somebody_and_says_nothing_as_long_as_nothing_is_measured(alarm: str) -> None:
    assert "AlarmTopicArn" in str(ALARMS[alarm]["AlarmActions"])
    assert ALARMS[alarm]["TreatMissingData"] == "notBreaching"


@pytest.mark.parametrize("code", sorted(REOPENABLE))
def test_what_to_do_is_said_of_every_job_that_an_operator_can_open_again(code: str) -> None:
    assert f"`{code}`" in PAGE


# What costs nothing, and is the caller's alone to mend.
THE_CALLERS = {
    *("kie-refused", "max-cost-exceeded", "prompt-not-drawable", "input-image-gone", "input-image-unreachable"),
}
SECTIONS = {
    re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-"): text
    for title, text in re.findall(r"^### (.+)\n([\s\S]*?)(?=^### |\Z)", PAGE, re.MULTILINE)
}


@pytest.mark.parametrize("code", sorted({*FAIL_CODES, *REOPENABLE} - THE_CALLERS))
def test_the_index_leads_from_every_code_that_may_cost_or_needs_somebody_to_what_is_said_of_it(code: str) -> None:
    (row,) = [line for line in SECTIONS["by-failcode"].splitlines() if f"`{code}`" in line.split(" | ")[0]]
    (section,) = re.findall(r"\]\(#([^)]+)\)", row)

    family = f"`{code.partition('-')[0]}-…`"
    assert f"`{code}`" in SECTIONS[section] or family in SECTIONS[section]


def test_the_index_has_no_code_that_there_is_not() -> None:
    rows = [line.split(" | ")[0] for line in SECTIONS["by-failcode"].splitlines() if line.startswith("| `")]

    assert {code for row in rows for code in re.findall(r"`([^`]+)`", row)} - {"failCode"} <= set(FAIL_CODES)


def test_an_operator_may_call_what_its_commands_call_and_nothing_else() -> None:
    """Those of `plantain jobs`, and those whose calls may become dead letters, which `dlq redrive` repeats."""
    block = README.partition("### What an operator may do")[2].partition("```json\n")[2].partition("```")[0]
    (allowed,) = (row for row in json.loads(block)["Statement"] if row["Action"] == "lambda:InvokeFunction")
    code = "".join(path.read_text() for path in (ROOT / "client" / "src").rglob("*.py"))
    with_letters = {
        name
        for name, properties in resources("AWS::Serverless::Function").items()
        if "OnFailure" in properties.get("EventInvokeConfig", {}).get("DestinationConfig", {})
    }

    assert set(allowed["Resource"]) == {
        f"arn:aws:lambda:*:*:function:plantain-{name}-*"
        for name in with_letters | set(re.findall(r'"(\w+Function)"', code))
    }


def commands() -> list[str]:
    """Every `plantain …` of the page, alone on its line or within a sentence."""
    lines = re.findall(r"^plantain .*?(?=\s+#|$)", PAGE, re.MULTILINE)
    return sorted({*lines, *re.findall(r"`(plantain [^`]+)`", PAGE)})


@pytest.mark.parametrize("command", commands())
def test_what_the_page_says_to_type_can_be_typed(command: str) -> None:
    arguments().parse_args(shlex.split(command)[1:])


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(#([^)]+)\)", README))))
def test_every_link_within_leads_somewhere(link: str) -> None:
    titles = re.findall(r"^#+ (.+)$", README, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
    assert link in anchors
