"""Fault: a Lambda that a rule calls is called once; when it fails, neither its retries nor its OnFailure follow.

Seam: eventbridge._dispatch_to_lambda(arn, payload); lambda_svc.invoke_async_with_retry(func, event) does all that.
Delete this when a rule's event that a function cannot process reaches the function's OnFailure destination.
"""

import json

from local.aws.mends.seam import Function, LambdaHost, replace, seam


def mend(_host: LambdaHost) -> None:
    find = seam("services.lambda_svc", "_get_func_record_for_ref")
    record_of = seam("services.lambda_svc", "_execution_record_for_config")
    invoke = seam("services.lambda_svc", "invoke_async_with_retry")

    def make(original: Function) -> Function:
        def dispatch(arn: str, payload: str) -> None:
            function, config, _name = find(arn)
            if function and config:
                invoke(record_of(function, config), json.loads(payload))
            else:
                original(arn, payload)

        return dispatch

    replace("services.eventbridge", "_dispatch_to_lambda", make)
