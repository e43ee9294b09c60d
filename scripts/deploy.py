"""`make deploy`: sam deploy of what was built, and how to go on from there."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from scripts.build import architecture_built, sam
from scripts.stage import ROOT, Stage, described, explained, outputs, parameters, stage

SECRETS = ("KieApiKey",)


def main() -> None:
    parser = argparse.ArgumentParser(prog="make deploy", allow_abbrev=False)  # the rest goes to sam deploy
    parser.add_argument("stage", type=stage)
    parser.add_argument("--parameter", action="append", default=[], metavar="NAME=VALUE")
    asked, more = parser.parse_known_args()
    deploy(asked.stage, asked.parameter, more)
    with explained():
        found = described(asked.stage.stack)
    if found:  # not when somebody has said no to the changes
        print(next_steps(asked.stage, outputs(found), parameters(found)))


def deploy(chosen: Stage, given: list[str], more: list[str]) -> None:
    """Raises SystemExit when it was not deployed, or when a secret would be left in the shell's history."""
    for name in SECRETS:
        if any(name in argument for argument in [*given, *more]):
            raise SystemExit(
                f"{name} on a command line stays in the shell's history and shows in `ps`. Deploy without it, "
                f"then `make kie-key STAGE={chosen.name}` asks for it; or give KieApiKeySecretArn."
            )
    # The architecture is stated, because an existing stack would otherwise keep the one it has.
    values = (
        chosen.parameters | dict(pair.split("=", 1) for pair in given) | {"Architecture": architecture_built()}
    )
    overrides = [f"{name}={value}" for name, value in values.items()]
    # A VPN or a proxy that only the shell knows of is needed here as well: the environment stays whole.
    environment = os.environ | {"SAM_CLI_TELEMETRY": "0"}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment.get('PATH', '')}"
    command = [sam(), "deploy", "--config-env", chosen.name, *more, "--parameter-overrides", *overrides]
    if done := subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode:
        raise SystemExit(done)


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
