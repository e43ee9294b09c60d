"""Tasks of 60 s and of 180 s, with and without Kie.ai's callbacks, beside a plain "wait 3 s, look" machine.

Real waits in two clouds at the same time: one that Kie.ai reaches, one that it does not, where the plain machine
runs over the same functions. A task of 60 s is one of several that take 57 to 63 s: else the times would tell
nothing but where the end lies between two looks.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from string import Template
from typing import Any

import httpx
import yaml

from local.cloud import LocalCloud
from plantain.job import Request, new_job
from plantain.jobs.table import Jobs
from plantain.spending.ledger import Ledger
from tests.bench.histories import Told, told_by
from tests.bench.rows import Row, tell

TASKS = (60, 180)  # seconds
JOBS = 12  # of each machine and length
SPREAD = 0.05
EVENLY = 0.618  # the parts after the point of its multiples leave no gap, wherever looks fall
APART = 0.7  # seconds, more than the pace keeps: none waits for its slot
AIMS = {"callbacks": 0.5, "no callbacks": 2.0}  # seconds from "Kie.ai is ready" to the image in S3, copy apart
MOST_TRANSITIONS = 8
NAMES = {"callbacks": "api", "no callbacks": "none"}
PLAIN = Path(__file__).with_name("plain_machine.asl.yaml")


def main() -> None:
    """Transitions, their price, and the time until somebody notices; each beside the plain machine's."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--machine", choices=NAMES, help="measure in one cloud, and tell it as JSON")
    if machine := parser.parse_args().machine:
        print(json.dumps(_measured(machine)))
        return
    command = [sys.executable, "-m", "tests.bench.doorbell", "--machine"]
    clouds = [subprocess.Popen([*command, name], stdout=subprocess.PIPE, text=True) for name in NAMES]
    told = [json.loads(cloud.communicate()[0]) for cloud in clouds]
    measured = {name: kinds for each in told for name, kinds in each.items()}
    tell([row for name in NAMES for seconds in TASKS for row in _rows(name, seconds, measured)])


def _measured(machine: str) -> dict[str, dict[str, list[dict[str, float]]]]:
    """By machine and length of the task: what each job told."""
    parameters = {"CallbackBaseUrl": NAMES[machine]}
    options = ("--no-rate-limit", "--balance", "1000000")
    with LocalCloud(draw_seconds=1.0, parameters=parameters, twin_options=options) as cloud:
        arns = {machine: cloud.stack.outputs["StateMachineArn"]}
        if machine == "no callbacks":
            arns["plain"] = _plain_machine(cloud)
        for arn in arns.values():  # what starts is not what is measured
            _ended(cloud, arn, _started(cloud, arn, "warm"))
        started = [
            (name, seconds, _started(cloud, arn, f"{name} {number} [twin:takes {_length(seconds, number)}s]"))
            for seconds in sorted(TASKS, reverse=True)
            for number in range(JOBS)
            for name, arn in arns.items()
        ]
        told: dict[str, Any] = {name: {seconds: [] for seconds in TASKS} for name in arns}
        for name, seconds, job in started:
            told[name][seconds].append(_told(cloud, _ended(cloud, arns[name], job), job))
    return told


def _length(seconds: int, number: int) -> float:
    return round(seconds * (1 - SPREAD + 2 * SPREAD * (number * EVENLY % 1)), 2)


def _plain_machine(cloud: LocalCloud) -> str:
    steps, functions = cloud.aws.client("stepfunctions"), cloud.aws.client("lambda")
    own = steps.describe_state_machine(stateMachineArn=cloud.stack.outputs["StateMachineArn"])
    arns = {
        f"{name}FunctionArn": functions.get_function(FunctionName=cloud.stack.resources[f"{name}Function"])[
            "Configuration"
        ]["FunctionArn"]
        for name in ("CreateTask", "CheckStatus", "StoreImage")
    }
    definition = json.dumps(yaml.safe_load(Template(PLAIN.read_text()).safe_substitute(arns)))
    arn: str = steps.create_state_machine(name="plain", definition=definition, roleArn=own["roleArn"])[
        "stateMachineArn"
    ]
    return arn


def _started(cloud: LocalCloud, machine: str, prompt: str) -> str:
    """The id of a job that has just begun."""
    time.sleep(APART)
    job = new_job("bench", "http", Request("nano-banana-pro", prompt, "16:9", "1K", "jpg"))
    table, dynamodb = cloud.stack.outputs["JobsTableName"], cloud.aws.client("dynamodb")
    Jobs(table, dynamodb, Ledger(table, dynamodb)).put(job)
    cloud.aws.client("stepfunctions").start_execution(
        stateMachineArn=machine, name=job.task_id, input=json.dumps({"taskId": job.task_id})
    )
    return job.task_id


def _ended(cloud: LocalCloud, machine: str, job: str) -> str:
    """The execution, once it has succeeded."""
    steps = cloud.aws.client("stepfunctions")
    arn = f"{machine.replace(':stateMachine:', ':execution:')}:{job}"
    while (status := steps.describe_execution(executionArn=arn)["status"]) == "RUNNING":
        time.sleep(1)
    assert status == "SUCCEEDED", status
    return arn


def _told(cloud: LocalCloud, execution: str, job: str) -> dict[str, float]:
    told: Told = told_by(cloud.aws.client("stepfunctions"), execution)
    ledger = httpx.get(f"{cloud.kie.twin_url}/_twin/ledger", trust_env=False).json()
    kie_task_id = cloud.job_record(job)["kieTaskId"]["S"]
    (ready,) = (task["completedAt"] for task in ledger["tasks"] if task["taskId"] == kie_task_id)
    rings = sum(callback["taskId"] == kie_task_id for callback in ledger["callbacks"])
    return asdict(told) | {
        "usd": told.usd(rings),
        "calls": told.calls + rings,
        "noticed": told.copy_began - ready,
        "copied": told.copy_ended - told.copy_began,
    }


def _rows(name: str, seconds: int, measured: dict[str, Any]) -> list[Row]:
    ours, plain = measured[name][str(seconds)], measured["plain"][str(seconds)]
    what, aim = f"{seconds} s, {name}", AIMS[name]
    aims_low = name == "callbacks" and seconds == TASKS[0]
    steps, noticed = _median(ours, "transitions"), _median(ours, "noticed")
    return [
        Row(
            f"{what}: state transitions",
            _figure(ours, "transitions", ""),
            f"plain {_figure(plain, 'transitions', '')}",
            steps / _median(plain, "transitions"),
            f"<= {MOST_TRANSITIONS}" if aims_low else "",
            steps <= MOST_TRANSITIONS if aims_low else None,
        ),
        Row(
            "  calls of Lambdas",
            _figure(ours, "calls", ""),
            f"plain {_figure(plain, 'calls', '')}",
            _median(ours, "calls") / _median(plain, "calls"),
        ),
        Row(
            "  USD an image, transitions and Lambdas",
            f"{_median(ours, 'usd'):.6f}",
            f"plain {_median(plain, 'usd'):.6f}",
            _median(ours, "usd") / _median(plain, "usd"),
        ),
        Row(
            '  "Kie is ready" to the copying of it',
            _figure(ours, "noticed", " s"),
            f"plain {_figure(plain, 'noticed', ' s')}",
            noticed / _median(plain, "noticed"),
            f"< {aim:g} s",
            noticed < aim,
        ),
        Row("  the copy", _figure(ours, "copied", " s"), f"plain {_figure(plain, 'copied', ' s')}"),
    ]


def _median(told: list[dict[str, float]], name: str) -> float:
    return statistics.median(one[name] for one in told)


def _figure(told: list[dict[str, float]], name: str, unit: str) -> str:
    """The median and the highest."""
    most = max(one[name] for one in told)
    return f"{_median(told, name):.3g}{unit} (max {most:.3g})"


if __name__ == "__main__":
    main()
