"""`make deploy`: sam deploy of what was built, and how to go on from there."""

import argparse
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from scripts.build import architecture_built, sam
from scripts.stage import ROOT, Stage, described, explained, outputs, parameters, region, stage

SECRETS = ("KieApiKey",)
# A parameter's name wherever SAM takes it for one: `Name=`, `ParameterKey=Name,`, quoted or not, many in a word.
_NAMES = re.compile(r"""ParameterKey=["']?(\w+)|(?:^|[\s=])["']?(\w+)["']?=""")
# What sam deploy would do, but the rest of this script would know nothing of.
INSTEAD = {
    "--parameter-overrides": 'PARAMETERS="Name=value …" sets parameters',
    "--region": "AWS_REGION=… says where",
    "--profile": "AWS_PROFILE=… says as whom",
    "--stack-name": "samconfig.toml names the stack of each stage",
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="make deploy", allow_abbrev=False)
    parser.add_argument("stage", type=stage)
    parser.add_argument("--parameters", default="", help="Name=value …, quoted as in a shell")
    parser.add_argument("--arguments", default="", help="for sam deploy, quoted as in a shell")
    asked = parser.parse_args()
    with explained():
        deploy(asked.stage, words("PARAMETERS", asked.parameters), words("ARGS", asked.arguments))
        found = described(asked.stage.stack)
    if found and "ApiUrl" in (where := outputs(found)):  # not when somebody has said no to the changes
        print(next_steps(asked.stage, where, parameters(found)))


def words(variable: str, given: str) -> list[str]:
    """Raises SystemExit when a quote is not closed."""
    try:
        return shlex.split(given)
    except ValueError as error:
        raise SystemExit(f"{variable} cannot be read: {error}.") from None


def deploy(chosen: Stage, given: list[str], more: list[str]) -> None:
    """Raises SystemExit when it was not deployed, or when a secret would be left in the shell's history."""
    refuse_secrets(chosen, [*given, *more])
    for argument in more:
        if instead := INSTEAD.get(argument.partition("=")[0]):
            raise SystemExit(f"{argument} does not go into ARGS: {instead}.")
    # The architecture is stated, because an existing stack would otherwise keep the one it has.
    values = chosen.parameters | named(given) | {"Architecture": architecture_built()}
    overrides = [f"{name}={quoted(value)}" for name, value in values.items()]
    # A VPN or a proxy that only the shell knows of is needed here as well: the environment stays whole.
    environment = os.environ | {"SAM_CLI_TELEMETRY": "0"}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment.get('PATH', '')}"
    command = [sam(), "deploy", "--config-env", chosen.name, "--region", region(), *more]
    print(f"Deploying {chosen.stack} into {region()}…", flush=True)
    if done := subprocess.run(
        [*command, "--parameter-overrides", *overrides], cwd=ROOT, env=environment, check=False
    ).returncode:
        raise SystemExit(done)


def refuse_secrets(chosen: Stage, arguments: list[str]) -> None:
    """Raises SystemExit when one is among them, by its whole name."""
    names = {name for argument in arguments for found in _NAMES.findall(argument) for name in found}
    for name in SECRETS:
        if name in names:
            raise SystemExit(
                f"{name} on a command line stays in the shell's history and shows in `ps`. Deploy without it, "
                f"then `make kie-key STAGE={chosen.name}` asks for it; or give KieApiKeySecretArn."
            )


def named(pairs: list[str]) -> dict[str, str]:
    """The values by their names. Raises SystemExit for what is no pair."""
    for pair in pairs:
        if not re.match(r"[A-Za-z0-9]+=", pair):
            raise SystemExit(
                f"PARAMETERS has {pair!r}, which is no Name=value. A value with blanks stands in quotes: "
                "PARAMETERS=\"Name=value Other='a b'\"."
            )
    return dict(pair.split("=", 1) for pair in pairs)


def quoted(value: str) -> str:
    """As SAM reads it: bare values end at a blank, and none is not an empty one. Raises SystemExit for `\\`."""
    if "\\" in value:
        raise SystemExit(f"SAM cannot pass on a backslash: {value}")
    if value and not re.search(r"""[\s"']""", value):
        return value
    return '"' + value.replace('"', '\\"') + '"'


def next_steps(chosen: Stage, where: dict[str, str], given: dict[str, str]) -> str:
    own_secret = not given.get("KieApiKeySecretArn")
    secret = "about 0.40 USD a month (the secret that holds Kie.ai's key)" if own_secret else "next to nothing"
    steps = [(f"make key NAME=me STACK={chosen.stack}", "an API key for a caller, shown once")]
    if own_secret:
        steps.insert(0, (f"make kie-key STAGE={chosen.name}", "Kie.ai's API key: asks for it, once"))
    width = max(len(step) for step, _ in steps)
    listed = "\n".join(f"  {step:{width}}  {use}" for step, use in steps)
    return f"""
Plantain answers at {where["ApiUrl"]}

{listed}
  export PLANTAIN_URL={where["ApiUrl"]}

Idle it costs {secret}, and 0.023 USD a month for each GB of images in
{where["ImagesBucketName"]}.
An image costs what Kie.ai takes for it and about 0.001 USD at AWS.
`make delete STAGE={chosen.name}` removes everything but the images."""


if __name__ == "__main__":
    main()
