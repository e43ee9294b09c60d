"""A batch of 10 rows and one of 1,000, the twin limiting nothing: time, doubles, and the memory of each function.

Each in a cloud of its own, because a process's peak never falls. Ten thousand rows are checked alone.
"""

import argparse
import json
import subprocess
import sys
import time
from typing import Any

import httpx

from local.cloud import LocalCloud
from tests.bench.processes import Watched
from tests.bench.rows import Row, tell

FEW, MANY, CHECKED = 10, 1_000, 10_000
DRAW_SECONDS = 1.0
LIMIT_SECONDS = 450  # then what has been made until then is told
FLAT = 1.15
# Nothing limits what a row needs; ten thousand rows are too dear to begin.
PARAMETERS = {
    "CallerRatePerMinute": "0",
    "CreatesPerTenSeconds": "100000",
    "ThrottleRatePerSecond": "10000",
    "ThrottleBurst": "5000",
    "BatchConfirmUsd": "500",
}


def main() -> None:
    """Time and memory of the one beside the other."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, help="run a batch of so many rows, and tell what it took as JSON")
    if rows := parser.parse_args().rows:
        print(json.dumps(_measured(rows)))
        return
    few, many, checked = (_in_a_process(rows) for rows in (FEW, MANY, CHECKED))
    tell([*_of_making(few, many), *_of_checking(checked), *_of_memory(few, many, checked)])


def _in_a_process(rows: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.batches", "--rows", str(rows)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _measured(rows: int) -> dict[str, Any]:
    options = ("--no-rate-limit", "--balance", "1000000")
    with LocalCloud(
        draw_seconds=DRAW_SECONDS, wait_scale=0.1, parameters=PARAMETERS, twin_options=options
    ) as cloud:
        headers = {"Authorization": f"Bearer {cloud.create_key('bench')}"}
        with (
            httpx.Client(base_url=cloud.api_url, headers=headers, timeout=60, trust_env=False) as api,
            Watched() as seen,
        ):
            start = time.perf_counter()
            batch_id = api.post("/api/batches", json={"key": _uploaded(api, rows)}).json()["batchId"]
            batch, checked_after = _ended(api, batch_id, start)
            seconds = time.perf_counter() - start
        resources = {physical: name for name, physical in cloud.stack.resources.items()}
        lister = cloud.aws.client("s3").get_paginator("list_objects_v2")
        pages = lister.paginate(Bucket=cloud.bucket, Prefix="images/")
        there = sum(entry["Key"].endswith(".png") for page in pages for entry in page.get("Contents", []))
        paid = httpx.get(f"{cloud.kie.twin_url}/_twin/ledger", trust_env=False).json()["acceptedCreates"]
    return {
        "rows": rows,
        "seconds": seconds,
        "checked": checked_after,
        "state": batch["state"],
        "success": batch["counts"]["success"],
        "there": there,
        "paid": paid,
        "cpu": seen.cpu,
        "peaks": {resources[name].removesuffix("Function"): peak for name, peak in seen.peaks.items()},
    }


def _uploaded(api: httpx.Client, rows: int) -> str:
    lines = (f"A plantain leaf on card number {number} of a long row,1:1,1K\n" for number in range(rows))
    content = f"prompt,aspect_ratio,resolution\n{''.join(lines)}".encode()
    place = api.post("/api/uploads", json={"contentType": "text/csv", "size": len(content)}).json()
    httpx.put(
        place["uploadUrl"], content=content, headers=place["headers"], trust_env=False, timeout=60
    ).raise_for_status()
    key: str = place["key"]
    return key


def _ended(api: httpx.Client, batch_id: str, start: float) -> tuple[dict[str, Any], float]:
    """The batch as it is last seen, and the seconds after which its rows were checked."""
    checked_after = 0.0
    while True:
        batch: dict[str, Any] = api.get(f"/api/batches/{batch_id}").json()
        passed = time.perf_counter() - start
        if batch["state"] != "checking":
            checked_after = checked_after or passed
        if batch["state"] not in ("checking", "running") or passed > LIMIT_SECONDS:
            return batch, checked_after
        time.sleep(1.0)


def _of_making(few: dict[str, Any], many: dict[str, Any]) -> list[Row]:
    beside, whole = few["seconds"] / FEW, many["success"] / many["seconds"]
    cpu = many["cpu"]
    kinds = {"aws": "embedded AWS", "lambdas": "Lambdas", "twin": "twin"}
    return [
        Row(
            f"{MANY} rows, until the last is told ({many['state']})",
            f"{many['seconds']:.0f} s, {whole:.1f} a second",
            f"{FEW} rows {few['seconds']:.1f} s",
            many["seconds"] / MANY / beside,
        ),
        *(
            Row(
                f"CPU time of the {kinds[kind]}",
                f"{cpu[kind]:.0f} s",
                f"all {sum(cpu.values()):.0f} s",
                cpu[kind] / sum(cpu.values()),
            )
            for kind in kinds
        ),
        *(_once(told) for told in (few, many)),
    ]


def _once(told: dict[str, Any]) -> Row:
    rows, paid, there = told["rows"], told["paid"], told["there"]
    met = paid == there == rows
    return Row(f"{rows} rows: images in the bucket", str(there), f"{paid} paid", paid / rows, "each once", met)


def _of_checking(checked: dict[str, Any]) -> list[Row]:
    text = f"{CHECKED} rows checked ({checked['state']})"
    return [Row(text, f"{checked['checked']:.1f} s", f"{checked['paid']} paid")]


def _of_memory(few: dict[str, Any], many: dict[str, Any], checked: dict[str, Any]) -> list[Row]:
    both = sorted(few["peaks"].keys() & many["peaks"].keys())
    return [*(_peak(name, few, many) for name in both), _peak("CheckBatch", few, checked)]


def _peak(name: str, few: dict[str, Any], many: dict[str, Any]) -> Row:
    base, peak = few["peaks"][name], many["peaks"][name]
    text = f"{name}: peak memory, {many['rows']} rows"
    return Row(text, f"{peak:.0f} MB", f"{FEW} rows {base:.0f} MB", peak / base, f"< {FLAT}", peak / base < FLAT)


if __name__ == "__main__":
    main()
