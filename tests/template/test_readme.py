"""What an operator can set and look up is in the README."""

import re

import pytest

from tests.conftest import ROOT
from tests.template.stack import FUNCTIONS, template

TABLES = "\n".join(line for line in (ROOT / "README.md").read_text().splitlines() if line.startswith("| "))


@pytest.mark.parametrize("name", [*template()["Parameters"], *template()["Outputs"]])
def test_every_parameter_and_output_is_in_a_table(name: str) -> None:
    assert f"`{name}`" in TABLES


def test_as_many_functions_are_told_of_as_there_are() -> None:
    verbs = [path.parent.name for path in FUNCTIONS.glob("*/app.py")]
    (told,) = re.findall(r"one stack of (\d+) Lambda functions", (ROOT / "README.md").read_text())
    assert int(told) == len(verbs)
