"""What `make up` and `make demo` answer before they start anything."""

import subprocess
import sys

import pytest

from local.aws.sam import parameter_faults
from local.cloud import SOURCES
from local.up import up
from tests.conftest import ROOT


@pytest.mark.parametrize(
    ("parameters", "why"),
    [
        ({"Nope": "1"}, "template.yaml has no parameter Nope."),
        ({"UnknownMinutes": "abc"}, "UnknownMinutes is 'abc', but it must be a number."),
        ({"UnknownMinutes": "0"}, "UnknownMinutes is '0', but it must be 1 or more."),
        ({"UnknownMinutes": "1441"}, "UnknownMinutes is '1441', but it must be 1440 or less."),
        ({"KieModel": "x"}, "KieModel is 'x', but it must be one of nano-banana-pro, nano-banana-2."),
        ({"KiePrices": "{" + "x" * 400 + "}"}, "but it must have 400 characters or fewer."),
        ({"KiePrices": "nope"}, "KiePrices is 'nope', but it must be as in "),
        ({"InboxBucketName": "A"}, "InboxBucketName is 'A', but it must match "),
        ({"Budgets": "{nope"}, "Budgets is '{nope', but it must be as in "),
    ],
)
def test_a_parameter_that_does_not_fit_is_refused_in_a_sentence(parameters: dict[str, str], why: str) -> None:
    with pytest.raises(SystemExit) as left:
        up(real=False, draw_seconds=0, state=None, parameters=parameters, logs=False)

    assert str(left.value).startswith("PARAMETERS: ")
    assert why in str(left.value)


def test_a_parameter_that_fits_is_not() -> None:
    given = {
        "UnknownMinutes": "1",
        "Budgets": '{"stack": {"day": 0.20}}',
        "TrustedOrigins": "",
        "LogLevel": "DEBUG",
    }

    assert parameter_faults(SOURCES, given) == []


@pytest.mark.parametrize("command", ["demo", "up"])
def test_a_kie_that_is_neither_is_refused_in_a_sentence(command: str) -> None:
    words = [sys.executable, "-m", "local", command, "--kie", "foo"]

    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert done.stderr == "KIE is 'foo', but it must be twin, which is free, or real, which spends money.\n"
