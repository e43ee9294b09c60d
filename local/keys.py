"""Makes API keys, for the stack that runs on this machine or for one in AWS."""

from local.running import running
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
    found = running()
    if found is None:
        raise SystemExit("Nothing runs on this machine: `make up` first, or name a stack in AWS with STACK=…")
    print(f"For {found.url}:")
    return ApiKeys(found.table, found.client("dynamodb"))
