"""`make delete`: the whole stage goes, but for the images that were paid for; says what remains."""

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError

from scripts.agreement import ask
from scripts.stage import Stage, client, described, explained, outputs, region, resources, stage

SAM_STACK = "aws-sam-cli-managed-default"  # holds the bucket in which SAM keeps what it deploys
ATTEMPTS = 3  # an upload may come in between the emptying of a bucket and its end
POLL_SECONDS = 2.0


def main() -> None:
    parser = argparse.ArgumentParser(prog="make delete")
    parser.add_argument("stage", type=stage)
    parser.add_argument("--yes", action="store_true", help="do not ask")
    asked = parser.parse_args()
    with explained():
        delete(asked.stage, agreed=asked.yes)


def delete(chosen: Stage, agreed: bool = False) -> None:
    """Raises SystemExit when nobody agrees, or when AWS does not let the stack go."""
    found = described(chosen.stack)
    if found is None:
        print(f"There is no stack {chosen.stack} in {region()}: nothing to delete.")
        _remove_artifacts(chosen)
        return
    made = resources(found)
    images = made.get("ImagesBucket") or _kept_by_rollback(found, "ImagesBucket")
    if running := _running_jobs(made.get("GenerateImage")):
        print(f"{running} jobs are running in {chosen.stack}: what they have paid for would be lost.")
    if not agreed:
        question = f"Delete the stack {chosen.stack} in {region()} with its jobs and API keys, but not its images?"
        ask(question, "Nothing was deleted.")
    _delete_stack(found, made.get("InboxBucket"))
    print(f"\nThe stack {chosen.stack} is deleted. What remains:")
    for line in (_images_left(images), _secret_left(made.get("KieSecret")), _sam_left()):
        if line:
            print(f"- {line}")
    _remove_artifacts(chosen)


def _kept_by_rollback(stack: dict[str, Any], logical_id: str) -> str | None:
    """The physical id of what a failed creation has retained: out of the stack, but still in its events."""
    for page in (
        client("cloudformation").get_paginator("describe_stack_events").paginate(StackName=stack["StackId"])
    ):
        for event in page["StackEvents"]:
            if event["LogicalResourceId"] == logical_id and event["ResourceStatus"] == "DELETE_SKIPPED":
                return str(event["PhysicalResourceId"])
    return None


def _running_jobs(state_machine: str | None) -> int:
    if state_machine is None:
        return 0
    pages = client("stepfunctions").get_paginator("list_executions")
    running = pages.paginate(stateMachineArn=state_machine, statusFilter="RUNNING")
    with _unless("StateMachineDoesNotExist"):
        return sum(len(page["executions"]) for page in running)
    return 0


@contextmanager
def _unless(gone: str) -> Iterator[None]:
    """Passes over the error that says so: a failed creation, or an earlier deletion, leaves half of a stack."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] != gone:
            raise


def _delete_stack(stack: dict[str, Any], inbox: str | None) -> None:
    started = time.monotonic()
    for _ in range(ATTEMPTS):
        if inbox:  # a bucket with anything in it cannot be deleted
            empty(inbox)
        client("cloudformation").delete_stack(StackName=stack["StackId"])
        status = _ended(stack["StackId"])
        if status == "DELETE_COMPLETE":
            print(f"Deleted in {time.monotonic() - started:.0f} s.")
            return
    raise SystemExit(f"The stack {stack['StackName']} is {status}: its events in CloudFormation say why.")


def _ended(stack_id: str) -> str:
    print("Deleting…", flush=True)
    while True:
        found = described(stack_id)
        status = str(found["StackStatus"]) if found else "DELETE_COMPLETE"
        if not status.endswith("_IN_PROGRESS"):
            return status
        time.sleep(POLL_SECONDS)


def empty(bucket: str, prefix: str = "") -> int:
    """Delete all below the prefix, with every version. How many there were. Raises SystemExit when some stay."""
    count = 0
    pages = client("s3").get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix)
    with _unless("NoSuchBucket"):
        for page in pages:
            entries = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            _delete_versions(bucket, entries)
            count += len(entries)
    return count


def _delete_versions(bucket: str, entries: list[dict[str, Any]]) -> None:
    """At most 1000, a page's worth. S3 answers 200 and lists what it has not deleted."""
    if not entries:
        return
    objects = [{"Key": entry["Key"], "VersionId": entry["VersionId"]} for entry in entries]
    kept = client("s3").delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True}).get("Errors")
    if kept:
        first = f"{kept[0]['Key']}: {kept[0]['Code']} {kept[0].get('Message', '')}".strip()
        raise SystemExit(
            f"{len(kept)} objects in the bucket {bucket} could not be deleted, the first is {first}\n"
            "Mend that and run it again: it goes on from where it was."
        )


def _remove_artifacts(chosen: Stage) -> None:
    if (sam := described(SAM_STACK)) and (count := empty(outputs(sam)["SourceBucket"], f"{chosen.artifacts}/")):
        print(f"{count} builds of {chosen.stack} were removed from SAM's bucket.")


def _images_left(bucket: str | None) -> str | None:
    """What is in it; an empty one is removed, and only delete markers are empty too."""
    if bucket is None:
        return None
    pages = client("s3").get_paginator("list_object_versions").paginate(Bucket=bucket)
    sizes: list[int] = []
    with _unless("NoSuchBucket"):
        for page in pages:
            sizes += [version["Size"] for version in page.get("Versions", [])]
        if not sizes:
            return _removed(bucket)
        return (
            f"your images, in the bucket {bucket}: {len(sizes)} objects, {sum(sizes) / 1e6:.1f} MB\n"
            "  (0.023 USD a month for each GB; to be rid of them, empty and delete the bucket in the S3 console)"
        )
    return None


def _removed(bucket: str) -> str | None:
    """None, or what is left of it. Never a version: an image may have come since somebody looked."""
    s3 = client("s3")
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        _delete_versions(bucket, page.get("DeleteMarkers", []))
    try:
        s3.delete_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] != "BucketNotEmpty":
            raise
        return f"the bucket {bucket}, into which something has come just now"
    return None


def _secret_left(secret: str | None) -> str | None:
    if secret is None:
        return None
    with _unless("ResourceNotFoundException"):
        ends = client("secretsmanager").describe_secret(SecretId=secret).get("DeletedDate")
        kept = f", deleted on {ends:%Y-%m-%d} and kept by AWS for a while, free of charge" if ends else ""
        return f"the secret {secret}{kept}"
    return None


def _sam_left() -> str | None:
    if sam := described(SAM_STACK):
        bucket = outputs(sam)["SourceBucket"]
        return f"SAM's own bucket {bucket} (stack {SAM_STACK}), which all SAM projects of this account share"
    return None


if __name__ == "__main__":
    main()
