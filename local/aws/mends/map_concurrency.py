"""Fault: a Distributed Map's MaxConcurrencyPath is ignored: 64 items run at once, whatever it says.

Seam: stepfunctions._run_distributed_map(state, raw input, input, processor, execution, ctx), which reads only the
constant MaxConcurrency.
Delete this when a Map with MaxConcurrencyPath runs no more items at once.
"""

from typing import Any

from local.aws.mends.seam import Function, LambdaHost, replace, seam

STEPS = "services.stepfunctions"


def mend(_host: LambdaHost) -> None:
    resolve = seam(STEPS, "_resolve_path_or_ctx")

    def make(original: Function) -> Function:
        def run(state: dict[str, Any], raw_input: Any, effective: Any, processor: Any, *rest: Any) -> Any:
            if path := state.get("MaxConcurrencyPath"):
                state = {**state, "MaxConcurrency": resolve(path, effective, rest[-1])}
            return original(state, raw_input, effective, processor, *rest)

        return run

    replace(STEPS, "_run_distributed_map", make)
