"""`make delete`: the whole stage goes, but for what people made and what was paid for; says what remains."""

import argparse
import time
from typing import Any

from scripts.agreement import ask
from scripts.buckets import empty, left, unless
from scripts.stage import Stage, client, described, explained, outputs, region, resources, stage

SAM_STACK = "aws-sam-cli-managed-default"  # holds the bucket in which SAM keeps what it deploys
UPLOADS = "uploads/"  # of callers of the API; they would be gone in a week
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
    images, inbox = (made.get(name) or _kept_by_rollback(found, name) for name in ("ImagesBucket", "InboxBucket"))
    if running := _running_jobs(made.get("GenerateImage")):
        print(f"{running} jobs are running in {chosen.stack}: what they have paid for would be lost.")
    if not agreed:
        question = (
            f"Delete the stack {chosen.stack} in {region()} with its jobs and API keys, but not its images, nor "
            "what lies in its inbox?"
        )
        ask(question, "Nothing was deleted.")
    _delete_stack(found)
    if inbox:
        empty(inbox, UPLOADS)
    print(f"\nThe stack {chosen.stack} is deleted. What remains:")
    yours = "what you have put into the inbox: presets, schedules, files"
    for line in (
        left(images, "your images"),
        left(inbox, yours),
        _secret_left(made.get("KieSecret")),
        _sam_left(),
    ):
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
    with unless("StateMachineDoesNotExist"):
        return sum(len(page["executions"]) for page in running)
    return 0


def _delete_stack(stack: dict[str, Any]) -> None:
    started = time.monotonic()
    client("cloudformation").delete_stack(StackName=stack["StackId"])
    status = _ended(stack["StackId"])
    if status != "DELETE_COMPLETE":
        raise SystemExit(f"The stack {stack['StackName']} is {status}: its events in CloudFormation say why.")
    print(f"Deleted in {time.monotonic() - started:.0f} s.")


def _ended(stack_id: str) -> str:
    print("Deleting…", flush=True)
    while True:
        found = described(stack_id)
        status = str(found["StackStatus"]) if found else "DELETE_COMPLETE"
        if not status.endswith("_IN_PROGRESS"):
            return status
        time.sleep(POLL_SECONDS)


def _remove_artifacts(chosen: Stage) -> None:
    if (sam := described(SAM_STACK)) and (count := empty(outputs(sam)["SourceBucket"], f"{chosen.artifacts}/")):
        print(f"{count} builds of {chosen.stack} were removed from SAM's bucket.")


def _secret_left(secret: str | None) -> str | None:
    if secret is None:
        return None
    with unless("ResourceNotFoundException"):
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
