"""`make delete`: the whole stage goes, but for the images that were paid for; says what remains."""

import argparse
import sys
import time
from typing import Any

from botocore.exceptions import ClientError

from scripts.stage import Stage, client, described, explained, outputs, resource, stage

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
    where = outputs(found)
    if running := _running_jobs(where["StateMachineArn"]):
        print(f"{running} jobs are running in {chosen.stack}: what they have paid for would be lost.")
    if not agreed:
        _ask(f"Delete the stack {chosen.stack} in {region()} with its jobs and API keys, but not its images?")
    secret = resource(found, "KieSecret")
    _delete_stack(found, where.get("InboxBucketName"))
    _remove_artifacts(chosen)
    print(f"\nThe stack {chosen.stack} is deleted. What remains:")
    for line in (_images_left(where["ImagesBucketName"]), _secret_left(secret), _sam_left()):
        if line:
            print(f"- {line}")


def region() -> str:
    return str(client("cloudformation").meta.region_name)


def _running_jobs(state_machine: str) -> int:
    pages = client("stepfunctions").get_paginator("list_executions")
    running = pages.paginate(stateMachineArn=state_machine, statusFilter="RUNNING")
    return sum(len(page["executions"]) for page in running)


def _ask(question: str) -> None:
    if not sys.stdin.isatty():
        raise SystemExit("Nobody is here to ask: YES=1 agrees beforehand. Nothing was deleted.")
    if input(f"{question} [y/N] ").strip().lower() not in ("y", "yes"):
        raise SystemExit("Nothing was deleted.")


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
    """Delete all below the prefix, with every version. How many there were."""
    count = 0
    s3 = client("s3")
    try:
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
            entries = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            objects = [{"Key": entry["Key"], "VersionId": entry["VersionId"]} for entry in entries]
            if objects:
                s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
            count += len(objects)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucket":
            raise
    return count


def _remove_artifacts(chosen: Stage) -> None:
    if (sam := described(SAM_STACK)) and (count := empty(outputs(sam)["SourceBucket"], f"{chosen.artifacts}/")):
        print(f"{count} builds of {chosen.stack} were removed from SAM's bucket.")


def _images_left(bucket: str) -> str | None:
    s3 = client("s3")
    try:
        pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket)
        sizes = [version["Size"] for page in pages for version in page.get("Versions", [])]
        if not sizes:
            s3.delete_bucket(Bucket=bucket)
            return None
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucket":
            raise
        return None
    return (
        f"your images, in the bucket {bucket}: {len(sizes)} objects, {sum(sizes) / 1e6:.1f} MB\n"
        "  (0.023 USD a month for each GB; to be rid of them, empty and delete the bucket in the S3 console)"
    )


def _secret_left(secret: str | None) -> str | None:
    if secret is None:
        return None
    try:
        ends = client("secretsmanager").describe_secret(SecretId=secret).get("DeletedDate")
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return None
    kept = f", deleted on {ends:%Y-%m-%d} and kept by AWS for a while, free of charge" if ends else ""
    return f"the secret {secret}{kept}"


def _sam_left() -> str | None:
    if sam := described(SAM_STACK):
        bucket = outputs(sam)["SourceBucket"]
        return f"SAM's own bucket {bucket} (stack {SAM_STACK}), which all SAM projects of this account share"
    return None


if __name__ == "__main__":
    main()
