"""`make kie-key`: puts Kie.ai's API key into the stage's secret, past the shell's history and the process list."""

import argparse
import re
import sys
from getpass import getpass

from scripts.agreement import ask
from scripts.stage import Stage, client, described, explained, parameters, region, resources, stage

_KEY = re.compile(r"[\x21-\x7e]{8,}")  # visible ASCII, as plantain.kie.api_key has it, and no slip


def main() -> None:
    parser = argparse.ArgumentParser(prog="make kie-key")
    parser.add_argument("stage", type=stage)
    parser.add_argument("--yes", action="store_true", help="overwrite a secret of your own without asking")
    given = parser.parse_args()
    with explained():
        secret = secret_of(given.stage, agreed=given.yes)
        key = asked()
        client("secretsmanager").put_secret_value(SecretId=secret, SecretString=key)
    print(f"Kept in {secret}. The functions read it at their next call; those that hold an older key")
    print("ask for the new one as soon as Kie.ai refuses theirs.")


def secret_of(chosen: Stage, agreed: bool = False) -> str:
    """Raises SystemExit when there is none, or when it is the operator's own and nobody agrees to overwrite it."""
    found = described(chosen.stack)
    if found is None:
        raise SystemExit(f"There is no stack {chosen.stack} in {region()}: make deploy STAGE={chosen.name} first.")
    if own := parameters(found).get("KieApiKeySecretArn"):
        if not agreed:  # others may read it
            ask(f"{chosen.stack} reads your own secret {own}: overwrite its value?", "Nothing was changed.")
        return own
    if ours := resources(found).get("KieSecret"):
        return ours
    raise SystemExit(
        f"The stack {chosen.stack} in {region()} is {found['StackStatus']} and has no secret: "
        f"make deploy STAGE={chosen.name} first (after make delete, if its creation failed)."
    )


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
