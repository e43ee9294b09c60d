"""`make deploy`: what it hands to sam deploy, what it refuses, and what it says afterwards."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import scripts.deploy
from scripts.deploy import deploy, next_steps, words
from scripts.stage import Stage
from tests.conftest import ROOT

DEV = Stage("dev", "plantain-dev", "plantain-dev", {"LogLevel": "DEBUG", "LogRetentionDays": "7"})
ARN = "arn:aws:secretsmanager:eu-central-1:000000000000:secret:KieApiKey-AbCdEf"
SAM = """#!{python}
import json, sys
json.dump(sys.argv[1:], open({told!r}, "w"))
"""

SAMS_PYTHON = ROOT / ".tools" / "sam" / "bin" / "python"
READ = """
import json, sys
from samcli.cli.types import CfnParameterOverridesType
print(json.dumps(CfnParameterOverridesType().convert(tuple(json.loads(sys.argv[1])), None, None)))
"""

Deployed = Callable[..., list[str]]


@pytest.fixture
def deployed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Deployed:
    """Deploys, and returns what SAM was called with."""
    told, sam = tmp_path / "told", tmp_path / "sam"
    sam.write_text(SAM.format(python=sys.executable, told=str(told)))
    sam.chmod(0o755)
    monkeypatch.setattr(scripts.deploy, "sam", lambda: str(sam))
    monkeypatch.setattr(scripts.deploy, "architecture_built", lambda: "x86_64")
    monkeypatch.setenv("AWS_REGION", "eu-west-3")

    def run(given: list[str], more: list[str]) -> list[str]:
        deploy(DEV, given, more)
        return [str(word) for word in json.loads(told.read_text())]

    return run


def parameters(command: list[str]) -> list[str]:
    return command[command.index("--parameter-overrides") + 1 :]


def test_what_is_given_comes_after_the_stages_own_and_the_architecture_is_the_builds(deployed: Deployed) -> None:
    command = deployed(["LogLevel=INFO", "CorsOrigins=https://a.example,https://b.example"], ["--guided"])

    assert command == [
        *("deploy", "--config-env", "dev", "--region", "eu-west-3", "--guided", "--parameter-overrides"),
        *("LogLevel=INFO", "LogRetentionDays=7", "CorsOrigins=https://a.example,https://b.example"),
        "Architecture=x86_64",
    ]


def test_the_arn_of_a_secret_is_no_secret(deployed: Deployed) -> None:
    assert f"KieApiKeySecretArn={ARN}" in parameters(deployed([f"KieApiKeySecretArn={ARN}"], []))


@pytest.mark.skipif(not SAMS_PYTHON.exists(), reason="make build brings SAM along")
def test_sam_reads_each_value_as_it_was_given(deployed: Deployed) -> None:
    values = ["https://a.example, https://b.example", "", " ", 'say "a b"', "it's", "'quoted'", "a=b c=d", "–"]
    given = {f"Other{number}": value for number, value in enumerate(values)}

    overrides = parameters(deployed([f"{name}={value}" for name, value in given.items()], []))

    command = [str(SAMS_PYTHON), "-c", READ, json.dumps(overrides)]
    read = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert given.items() <= read.items()


@pytest.mark.parametrize(
    ("given", "more"),
    [
        (["KieApiKey=secret"], []),
        (["ParameterKey=KieApiKey,ParameterValue=secret"], []),
        ([], ["KieApiKey=secret"]),
        ([], ["--parameter-overrides", "KieApiKey=secret"]),
        ([], ["--parameter-overrides=KieApiKey=secret"]),
        ([], ["--parameter-overrides", "LogLevel=INFO KieApiKey=secret"]),
        ([], ["--parameter-overrides", "LogLevel=INFO \"KieApiKey\"='secret'"]),
        ([], ["--parameter-overrides", "ParameterKey=KieApiKey,ParameterValue=secret"]),
    ],
)
def test_a_secret_on_the_command_line_is_refused(deployed: Deployed, given: list[str], more: list[str]) -> None:
    with pytest.raises(SystemExit, match="make kie-key STAGE=dev"):
        deployed(given, more)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("NoValue", r"'NoValue', which is no Name=value"),
        ("=value", r"'=value', which is no Name=value"),
        ("--guided=yes", r"no Name=value"),
        (r"Other='a\b'", r"backslash: a\\b"),
    ],
)
def test_what_is_no_parameter_is_refused_in_a_sentence(deployed: Deployed, given: str, said: str) -> None:
    with pytest.raises(SystemExit, match=said):
        deployed(words("PARAMETERS", given), [])


def test_an_open_quote_is_told() -> None:
    assert words("PARAMETERS", "Name=value Other='a b'") == ["Name=value", "Other=a b"]
    with pytest.raises(SystemExit, match="ARGS cannot be read: No closing quotation"):
        words("ARGS", "--tags 'a")


@pytest.mark.parametrize(
    ("more", "instead"),
    [
        (["--parameter-overrides", "LogLevel=INFO"], "PARAMETERS="),  # SAM takes the last list of them alone
        (["--region", "us-west-2"], "AWS_REGION="),
        (["--region=us-west-2"], "AWS_REGION="),
        (["--profile", "other"], "AWS_PROFILE="),
        (["--stack-name", "other"], "samconfig.toml"),
    ],
)
def test_what_make_itself_decides_has_its_own_place(deployed: Deployed, more: list[str], instead: str) -> None:
    with pytest.raises(SystemExit, match=instead):
        deployed([], more)


def test_a_stack_whose_changes_nobody_wanted_is_not_said_to_answer(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["deploy", "dev", "--parameters=", "--arguments="])
    monkeypatch.setattr(scripts.deploy, "described", lambda stack: {"StackStatus": "REVIEW_IN_PROGRESS"})

    scripts.deploy.main()

    assert "answers" not in capsys.readouterr().out


def test_a_secret_arn_is_no_secret_and_costs_nothing_of_ours() -> None:
    where = {"ApiUrl": "https://api.example", "ImagesBucketName": "images"}

    ours = next_steps(DEV, where, {"KieApiKeySecretArn": ""})
    theirs = next_steps(DEV, where, {"KieApiKeySecretArn": "arn:aws:secretsmanager:…"})

    assert "make kie-key STAGE=dev" in ours
    assert "0.40 USD" in ours
    assert "kie-key" not in theirs
    assert "0.40 USD" not in theirs
