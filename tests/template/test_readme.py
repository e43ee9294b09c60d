"""What there is to set and to look up is in the pages; what they say to type can be typed, their links lead."""

import json
import re
import shlex
from pathlib import Path

import pytest

from plantain.recovery.reopening import REOPENABLE
from plantain.spending.budgets import budgets_of
from plantain.spending.prices import prices_of
from plantain_client.cli.arguments import arguments
from scripts.openapi.codes import FAIL_CODES
from tests.conftest import ROOT
from tests.pages import PAGES, anchors, blocks, section
from tests.template.stack import FUNCTIONS, resources, template

OPERATIONS = PAGES["docs/operations.md"]
TABLES = "\n".join(line for line in OPERATIONS.splitlines() if line.startswith("| "))
PAGE = PAGES["docs/when-something-goes-wrong.md"]
ALARMS = resources("AWS::CloudWatch::Alarm")


@pytest.mark.parametrize("name", [*template()["Parameters"], *template()["Outputs"]])
def test_every_parameter_and_output_is_in_a_table(name: str) -> None:
    assert f"`{name}`" in TABLES


def test_as_many_functions_are_told_of_as_there_are() -> None:
    verbs = [path.parent.name for path in FUNCTIONS.glob("*/app.py")]
    (told,) = re.findall(r"One stack of (\d+) Lambda functions", OPERATIONS)
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
    anchor: section("when-something-goes-wrong", title)
    for title in re.findall(r"^## (.+)$", PAGE, re.MULTILINE)
    for anchor in anchors(f"## {title}")
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
    (policy,) = blocks(section("operations", "What an operator may do"), "json")
    (allowed,) = (row for row in json.loads(policy)["Statement"] if row["Action"] == "lambda:InvokeFunction")
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
    """Every `plantain …` of the pages, alone on its line or within a sentence."""
    pages = "\n".join(PAGES.values())
    lines = re.findall(r"^plantain .*?(?=\s+#|$)", "".join(blocks(pages, "sh")), re.MULTILINE)
    return sorted({*lines, *re.findall(r"(?<!`)`(plantain [^`…]+)`(?!`)", pages)})


@pytest.mark.parametrize("command", commands())
def test_what_the_pages_say_to_type_can_be_typed(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("leaf.png", "cards.csv", "weekly-quote.toml", "FILE"):
        Path(name).touch()

    arguments().parse_args(shlex.split(command)[1:])


def test_the_prices_and_budgets_that_the_page_writes_down_are_taken() -> None:
    prices, budgets = re.findall(r"^echo '(.+)' > \w+\.json$", PAGES["docs/costs.md"], re.MULTILINE)

    assert prices_of(prices).by_model
    assert budgets_of(budgets)


def links() -> list[tuple[str, str]]:
    """Each page with where its links lead, those to the web left out."""
    return sorted({(page, link) for page, text in PAGES.items() for link in re.findall(r"\]\(([^):]+)\)", text)})


@pytest.mark.parametrize(("page", "link"), links())
def test_every_link_leads_to_a_file_or_a_heading(page: str, link: str) -> None:
    path, _, anchor = link.partition("#")
    leads_to = ((ROOT / page).parent / path).resolve() if path else ROOT / page

    assert leads_to.exists()
    assert not anchor or anchor in anchors(PAGES[leads_to.relative_to(ROOT).as_posix()])
