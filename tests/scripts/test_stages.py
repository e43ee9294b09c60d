"""`make kie-key` and `make delete`: what they refuse, what they leave, and what they say."""

import io
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from scripts import buckets as buckets_of
from scripts import delete, kie_key
from scripts.stage import Stage, client, described, outputs, stage
from tests.conftest import ROOT

DEV = Stage("dev", "plantain-dev", "plantain-dev", {"LogLevel": "DEBUG", "LogRetentionDays": "7"})
STACK: dict[str, Any] = {
    "Parameters": {"KieApiKeySecretArn": {"Type": "String", "Default": ""}},
    "Resources": {
        "ImagesBucket": {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain"},
        "InboxBucket": {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain"},
        "GenerateImage": {
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": {
                "RoleArn": "arn:aws:iam::000000000000:role/steps",
                "DefinitionString": json.dumps(
                    {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 600, "End": True}}}
                ),
            },
        },
        "KieSecret": {"Type": "AWS::SecretsManager::Secret", "Properties": {"SecretString": " "}},
    },
    "Outputs": {
        "ImagesBucketName": {"Value": {"Ref": "ImagesBucket"}},
        "InboxBucketName": {"Value": {"Ref": "InboxBucket"}},
        "StateMachineArn": {"Value": {"Ref": "GenerateImage"}},
    },
}
SAM = {
    "Resources": {
        "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"VersioningConfiguration": {"Status": "Enabled"}}}
    },
    "Outputs": {"SourceBucket": {"Value": {"Ref": "Bucket"}}},
}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """An embedded AWS. Unlike the real one it deletes buckets that hold something."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.scripts"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    yield process.stdout.readline().strip()
    process.stdin.close()
    process.wait(10)
    process.stdout.close()


@pytest.fixture
def account(endpoint: str, settings: pytest.MonkeyPatch) -> None:
    """An AWS account with nothing in it."""
    httpx.post(f"{endpoint}/_ministack/reset", trust_env=False).raise_for_status()
    settings.setenv("AWS_ENDPOINT_URL", endpoint)
    settings.setenv("AWS_DEFAULT_REGION", "us-east-1")
    settings.delenv("AWS_REGION", raising=False)
    settings.setenv("AWS_ACCESS_KEY_ID", "test")
    settings.setenv("AWS_SECRET_ACCESS_KEY", "test")
    settings.setattr(delete, "POLL_SECONDS", 0.05)


@pytest.fixture
def where(account: None) -> dict[str, str]:
    """The outputs of a deployed stage; SAM keeps builds of it, and one of somebody else's."""
    made = created("plantain-dev", STACK)
    sam = created(delete.SAM_STACK, SAM)["SourceBucket"]
    for key in ("plantain-dev/a", "plantain-dev/a", "plantain-dev/b.template", "plantain-dev-two/a"):
        client("s3").put_object(Bucket=sam, Key=key, Body=b"zip")
    client("s3").put_object(Bucket=made["InboxBucketName"], Key="uploads/alice/photo.png", Body=b"png")
    return made | {"sam": sam}


def created(name: str, template: dict[str, Any], **values: str) -> dict[str, str]:
    given = [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()]
    client("cloudformation").create_stack(StackName=name, TemplateBody=json.dumps(template), Parameters=given)
    while "IN_PROGRESS" in str((found := described(name) or {})["StackStatus"]):
        time.sleep(0.02)
    return outputs(found)


def keys(bucket: str) -> list[str]:
    return [item["Key"] for item in client("s3").list_objects_v2(Bucket=bucket).get("Contents", [])]


def buckets() -> set[str]:
    return {bucket["Name"] for bucket in client("s3").list_buckets()["Buckets"]}


def test_a_deleted_stage_leaves_its_images_and_says_where(
    where: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    images = where["ImagesBucketName"]
    client("s3").put_object(Bucket=images, Key="images/2026/11/23/a.png", Body=b"x" * 250_000)

    delete.delete(DEV, agreed=True)

    said = capsys.readouterr().out
    assert (described("plantain-dev") or {}).get("StackStatus", "DELETE_COMPLETE") == "DELETE_COMPLETE"
    assert buckets() == {images, where["sam"]}
    assert keys(images) == ["images/2026/11/23/a.png"]
    assert f"{images}: 1 objects, 0.2 MB" in said
    assert keys(where["sam"]) == ["plantain-dev-two/a"]
    assert where["sam"] in said


def test_what_people_have_put_into_the_inbox_is_left_and_uploads_are_not(
    where: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    inbox = where["InboxBucketName"]
    for key in ("presets/house.toml", "inbox/recolor/photo.png"):
        client("s3").put_object(Bucket=inbox, Key=key, Body=b"x")

    delete.delete(DEV, agreed=True)

    assert keys(inbox) == ["inbox/recolor/photo.png", "presets/house.toml"]
    assert f"presets, schedules, files, in the bucket {inbox}: 2 objects" in capsys.readouterr().out


def test_an_inbox_whose_files_were_deleted_keeps_their_versions(where: dict[str, str]) -> None:
    inbox = where["InboxBucketName"]
    client("s3").put_bucket_versioning(Bucket=inbox, VersioningConfiguration={"Status": "Enabled"})
    client("s3").put_object(Bucket=inbox, Key="presets/house.toml", Body=b"x")
    client("s3").delete_object(Bucket=inbox, Key="presets/house.toml")

    delete.delete(DEV, agreed=True)

    assert len(client("s3").list_object_versions(Bucket=inbox)["Versions"]) == 1


def test_emptying_takes_every_version(where: dict[str, str]) -> None:
    client("s3").delete_object(Bucket=where["sam"], Key="plantain-dev/a")

    count = buckets_of.empty(where["sam"])

    assert count == 5  # two versions and a marker of one object, and two others
    assert "Versions" not in client("s3").list_object_versions(Bucket=where["sam"])


def test_a_stage_that_was_given_nothing_and_has_made_nothing_leaves_no_bucket(
    where: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    delete.delete(DEV, agreed=True)

    assert buckets() == {where["sam"]}
    assert "your images" not in capsys.readouterr().out


BROKEN = {  # a URL of a function that there is not
    "Type": "AWS::Lambda::Url",
    "Properties": {"TargetFunctionArn": "nobody", "AuthType": "AWS_IAM"},
    "DependsOn": ["ImagesBucket", "InboxBucket", "GenerateImage", "KieSecret"],
}


def test_a_stack_whose_creation_failed_goes_with_the_buckets_it_left(
    account: None, capsys: pytest.CaptureFixture[str]
) -> None:
    created("plantain-dev", STACK | {"Resources": STACK["Resources"] | {"Broken": BROKEN}})
    assert (described("plantain-dev") or {})["StackStatus"] == "ROLLBACK_COMPLETE"
    assert len(buckets()) == 2  # retained

    delete.delete(DEV, agreed=True)

    assert (described("plantain-dev") or {}).get("StackStatus", "DELETE_COMPLETE") == "DELETE_COMPLETE"
    assert buckets() == set()
    assert "your images" not in capsys.readouterr().out


@pytest.mark.parametrize("without", [{"ImagesBucket"}, {"GenerateImage"}, {"KieSecret", "InboxBucket"}])
def test_half_a_stack_is_deleted_too(account: None, without: set[str]) -> None:
    whole = STACK["Resources"]
    created("plantain-dev", {"Resources": {name: made for name, made in whole.items() if name not in without}})

    delete.delete(DEV, agreed=True)

    assert buckets() == set()


def test_an_images_bucket_of_nothing_but_delete_markers_is_empty(where: dict[str, str]) -> None:
    images = where["ImagesBucketName"]
    client("s3").put_bucket_versioning(Bucket=images, VersioningConfiguration={"Status": "Enabled"})
    client("s3").delete_object(Bucket=images, Key="images/2026/11/23/a.png")
    with pytest.raises(ClientError, match="BucketNotEmpty"):
        client("s3").delete_bucket(Bucket=images)

    delete.delete(DEV, agreed=True)

    assert images not in buckets()


def test_an_image_that_comes_in_while_its_bucket_is_removed_is_kept(where: dict[str, str]) -> None:
    images = where["ImagesBucketName"]
    client("s3").put_object(Bucket=images, Key="images/late.png", Body=b"png")

    said = buckets_of.removed(images)

    assert images in str(said)
    assert keys(images) == ["images/late.png"]


def test_what_s3_does_not_delete_is_told_with_its_reason(account: None) -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True)
    s3.put_object(Bucket="locked", Key="kept", Body=b"x", ObjectLockLegalHoldStatus="ON")
    s3.put_object(Bucket="locked", Key="other", Body=b"x")

    with pytest.raises(SystemExit, match=r"1 objects in the bucket locked .* kept: AccessDenied"):
        buckets_of.empty("locked")

    assert keys("locked") == ["kept"]


def test_nothing_is_deleted_unless_somebody_agrees(where: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    before = buckets()
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))  # no terminal, so nobody

    with pytest.raises(SystemExit, match="YES=1"):
        delete.delete(DEV)

    assert buckets() == before
    assert keys(where["InboxBucketName"])


def test_running_jobs_are_told_before_they_are_lost(
    where: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        client("stepfunctions").start_execution(stateMachineArn=where["StateMachineArn"])

    delete.delete(DEV, agreed=True)

    assert "2 jobs are running" in capsys.readouterr().out


def test_a_stage_that_is_not_deployed_has_nothing_to_delete(
    account: None, capsys: pytest.CaptureFixture[str]
) -> None:
    delete.delete(DEV, agreed=True)

    assert "nothing to delete" in capsys.readouterr().out


def test_the_kie_key_comes_by_standard_input_and_is_never_printed(
    where: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["kie_key", "dev"])
    monkeypatch.setattr("sys.stdin", io.StringIO("  kie-0123456789\n"))

    kie_key.main()

    (secret,) = client("secretsmanager").list_secrets()["SecretList"]
    assert client("secretsmanager").get_secret_value(SecretId=secret["ARN"])["SecretString"] == "kie-0123456789"
    assert "kie-0123456789" not in capsys.readouterr().out


@pytest.fixture
def own(account: None) -> str:
    """A secret that a stage was told to read, and that others may read as well."""
    arn = str(client("secretsmanager").create_secret(Name="own", SecretString="kie-of-others")["ARN"])
    conditional = STACK["Resources"]["KieSecret"] | {"Condition": "OwnSecret"}
    conditions = {"OwnSecret": {"Fn::Equals": [{"Ref": "KieApiKeySecretArn"}, ""]}}
    template = STACK | {"Conditions": conditions, "Resources": STACK["Resources"] | {"KieSecret": conditional}}
    created("plantain-dev", template, KieApiKeySecretArn=arn)
    return arn


@pytest.mark.parametrize(("yes", "kept"), [([], "kie-of-others"), (["--yes"], "kie-0123456789")])
def test_a_secret_of_the_operators_own_is_not_overwritten_unless_somebody_agrees(
    own: str, yes: list[str], kept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["kie_key", "dev", *yes])
    monkeypatch.setattr("sys.stdin", io.StringIO("kie-0123456789\n"))

    with nullcontext() if yes else pytest.raises(SystemExit, match=rf"{own}.*YES=1.*Nothing was changed"):
        kie_key.main()

    assert client("secretsmanager").get_secret_value(SecretId=own)["SecretString"] == kept


def test_a_stack_without_a_secret_has_no_place_for_a_key(account: None) -> None:
    created("plantain-dev", {"Resources": {"ImagesBucket": STACK["Resources"]["ImagesBucket"]}})

    with pytest.raises(SystemExit, match="CREATE_COMPLETE and has no secret"):
        kie_key.secret_of(DEV)


@pytest.mark.parametrize("given", ["", "\n", "two words\n", "short\n", "schlüssel-0123456789\n"])
def test_what_is_no_key_is_not_kept(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(given))

    with pytest.raises(SystemExit, match="Nothing was changed"):
        kie_key.asked()


def test_stages_are_those_of_samconfig() -> None:
    assert stage("prod").stack == "plantain"
    assert stage("dev").parameters["LogLevel"] == "DEBUG"
    with pytest.raises(SystemExit, match="dev, prod"):
        stage("staging")
