"""Makes API keys, for the stack that runs on this machine or for one in AWS."""

import json
import os

import boto3

from local.aws.environment import ADMIN_KEY, ADMIN_SECRET, REGION
from local.up import RUNNING
from plantain_client.operator.api_keys import ApiKeys, BadName
from plantain_client.operator.stack import CannotReach, api_keys_of, in_words


def make_key(name: str, stack: str = "") -> int:
    """Make a key for the caller `name` and print it, this once. `stack` names a stack in AWS."""
    try:
        with in_words():
            key = (api_keys_of(stack) if stack else _on_this_machine()).create(name)
    except BadName as error:
        raise SystemExit(f"No key was made: {error}") from None
    except CannotReach as error:
        raise SystemExit(f"No key was made: {error}\n{error.advice}") from None
    print(f"The API key of {name}, shown this once (only its hash is kept):\n\n  {key}\n")
    print(f"Earlier keys of {name}, if any, go on working.")
    return 0


def _on_this_machine() -> ApiKeys:
    notes = [note for note in RUNNING.glob("*.json") if _alive(note.stem)]
    if not notes:
        raise SystemExit("Nothing runs on this machine: `make up` first, or name a stack in AWS with STACK=…")
    newest_first = sorted(notes, key=lambda note: note.stat().st_mtime, reverse=True)
    all_running = [json.loads(note.read_text()) for note in newest_first]
    asked = (running for running in all_running if running["url"] == os.environ.get("PLANTAIN_URL"))
    running = next(asked, all_running[0])
    print(f"For {running['url']}:")
    dynamodb = boto3.client(
        "dynamodb",
        endpoint_url=running["endpoint"],
        region_name=REGION,
        aws_access_key_id=ADMIN_KEY,
        aws_secret_access_key=ADMIN_SECRET,
    )
    return ApiKeys(running["table"], dynamodb)


def _alive(pid: str) -> bool:
    """Whether that process (still) runs: one that was killed has left its note behind."""
    try:
        os.kill(int(pid), 0)
    except OSError:
        return False
    return True
