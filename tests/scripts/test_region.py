"""Where the scripts act: in one region, and the same one as `plantain keys`."""

from pathlib import Path

import boto3
import pytest

from plantain_client.operator import stack as keys
from scripts import kie_key
from scripts.stage import client, explained, region, stage

NAMES = ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE")


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A profile `work` with a region, one `bare` without, and nothing in the environment."""
    config = tmp_path / "config"
    config.write_text("[profile work]\nregion = ca-central-1\n[profile bare]\noutput = json\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        (("eu-north-1", "us-east-1", "work"), "eu-north-1"),
        (("eu-north-1", None, None), "eu-north-1"),
        ((None, "us-east-1", "work"), "us-east-1"),
        (("", "us-east-1", None), "us-east-1"),
        ((None, None, "work"), "ca-central-1"),
    ],
)
def test_the_scripts_act_where_the_keys_are_made(
    environment: pytest.MonkeyPatch, variables: tuple[str | None, ...], expected: str
) -> None:
    for name, value in zip(NAMES, variables, strict=True):
        if value is not None:
            environment.setenv(name, value)

    assert region() == client("cloudformation").meta.region_name == expected
    assert keys._client("dynamodb").meta.region_name == expected


@pytest.mark.parametrize("profile", [None, "bare"])
def test_no_region_is_told_in_a_sentence(environment: pytest.MonkeyPatch, profile: str | None) -> None:
    if profile:
        environment.setenv("AWS_PROFILE", profile)

    with explained(), pytest.raises(SystemExit, match="No AWS region is set: AWS_REGION="):
        client("cloudformation")


def test_a_stack_that_is_not_there_is_told_with_the_region(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AWS_REGION", "eu-north-1")
    environment.setattr(kie_key, "described", lambda stack: None)

    with pytest.raises(SystemExit, match="no stack plantain-dev in eu-north-1"):
        kie_key.secret_of(stage("dev"))
