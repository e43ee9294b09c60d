"""Many jobs at once beside the same jobs one by one; the twin limits nothing, the loop waits a tenth."""

import argparse
import time
from concurrent.futures import ThreadPoolExecutor

import httpx

from local.cloud import LocalCloud
from tests.bench.rows import Row, tell

AT_ONCE = 200
ONE_BY_ONE = 20  # of the same kind; what they take is told for as many as ran at once
DRAW_SECONDS = 1.0


def main() -> None:
    """Throughput, and whether each was made and paid for exactly once."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=AT_ONCE)
    jobs = parser.parse_args().jobs
    parameters = {"CallerRatePerMinute": "0", "ThrottleRatePerSecond": "10000", "ThrottleBurst": "5000"}
    twin_options = ("--no-rate-limit", "--balance", "1000000")
    with LocalCloud(
        draw_seconds=DRAW_SECONDS, wait_scale=0.1, parameters=parameters, twin_options=twin_options
    ) as cloud:
        headers = {"Authorization": f"Bearer {cloud.create_key('bench')}"}
        limits = httpx.Limits(max_connections=jobs)
        with httpx.Client(
            base_url=cloud.api_url, headers=headers, timeout=300, limits=limits, trust_env=False
        ) as api:
            _made(api, "warm")
            start = time.perf_counter()
            for number in range(ONE_BY_ONE):
                _made(api, f"alone {number}")
            one_by_one = (time.perf_counter() - start) / ONE_BY_ONE * jobs
            start = time.perf_counter()
            with ThreadPoolExecutor(jobs) as crowd:
                list(crowd.map(lambda number: _made(api, f"many {number}"), range(jobs)))
            crowded = time.perf_counter() - start
        assert cloud.kie.twin_url
        paid = httpx.get(f"{cloud.kie.twin_url}/_twin/ledger", trust_env=False).json()["acceptedCreates"]
    tell(
        [
            Row(
                f"{jobs} jobs at once, until the last is a success",
                f"{crowded:.1f} s, {jobs / crowded:.1f} a second",
                f"one by one {one_by_one:.0f} s (by {ONE_BY_ONE})",
                crowded / one_by_one,
            ),
            Row(
                "creates that Kie.ai accepted",
                str(paid),
                f"{1 + ONE_BY_ONE + jobs} wishes",
                paid / (1 + ONE_BY_ONE + jobs),
                "1",
                paid == 1 + ONE_BY_ONE + jobs,
            ),
        ]
    )


def _made(api: httpx.Client, prompt: str) -> None:
    answer = api.post("/api/images/generate", json={"prompt": prompt, "resolution": "1K"})
    answer.raise_for_status()
    pause = 0.1
    while (job := api.get("/api/images/status", params={"taskId": answer.json()["taskId"]}).json())[
        "state"
    ] != "success":
        assert job["state"] != "fail", job
        time.sleep(pause)
        pause = min(3.0, pause * 1.5)


if __name__ == "__main__":
    main()
