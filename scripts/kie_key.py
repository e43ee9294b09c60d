"""`make kie-key`: puts Kie.ai's API key into the stage's secret, past the shell's history and the process list."""

import re
import sys
from getpass import getpass

from scripts.stage import client, described, explained, parameters, resource, stage

_KEY = re.compile(r"[\x21-\x7e]{8,}")  # as plantain.kie_key reads it: visible ASCII


def main() -> None:
    chosen = stage(sys.argv[1])
    with explained():
        found = described(chosen.stack)
        if found is None:
            raise SystemExit(
                f"There is no stack {chosen.stack} in this region: make deploy STAGE={chosen.name} first."
            )
        secret = parameters(found).get("KieApiKeySecretArn") or resource(found, "KieSecret")
        key = asked()
        client("secretsmanager").put_secret_value(SecretId=secret, SecretString=key)
    print(f"Kept in {secret}. The functions read it at their next call; those that hold an older key")
    print("ask for the new one as soon as Kie.ai refuses theirs.")


def asked() -> str:
    """From the terminal without showing it, or a line of standard input. Raises SystemExit for no key at all."""
    given = getpass("Kie.ai's API key (it is not shown): ") if sys.stdin.isatty() else sys.stdin.readline()
    if not _KEY.fullmatch(key := given.strip()):
        raise SystemExit(
            "That is no API key: it has blanks or other characters, or is too short. Nothing was changed."
        )
    return key


if __name__ == "__main__":
    main()
