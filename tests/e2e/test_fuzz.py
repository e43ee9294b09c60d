"""The HTTP API answers anything that can be sent to it, and always as its own description says.

schemathesis makes the requests from openapi.yaml: what it allows, what it forbids, and odd bytes.
PLANTAIN_FUZZ_EXAMPLES=1000 sends more than the few that a test run can afford.
"""

import os
import re
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from schemathesis import Case, CheckContext, Response
from schemathesis.checks import not_a_server_error
from schemathesis.config import ChecksConfig, GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from plantain.models import MODELS
from scripts.openapi.document import DEFAULT_MODEL, document
from tests.e2e.conftest import Caller, Cloud
from tests.template.test_openapi import strict

EXAMPLES = int(os.environ.get("PLANTAIN_FUZZ_EXAMPLES", "10"))

REFUSED = ["400", "401", "403", "404", "409", "413", "422", "429"]
DOCUMENT = strict(document(MODELS[DEFAULT_MODEL]))
CONFIG = SchemathesisConfig(
    projects=ProjectsConfig(
        default=ProjectConfig(
            generation=GenerationConfig(max_examples=EXAMPLES, deterministic=True, allow_extra_parameters=False),
            # A body with too much in it may be too large before it is anything else.
            checks=ChecksConfig.from_dict({"negative_data_rejection": {"expected-statuses": REFUSED}}),
        )
    )
)
api = schemathesis.openapi.from_dict(DOCUMENT, config=CONFIG)


_BEYOND_SCHEMAS = (
    r"/imageInput(/\d+)?|/cursor|/preset|/variables(/(?s:.*))?|/aspectRatio"
    r"||/(cron|rate|at|start|end|timezone)|/requests/\d+(/(?s:.*))?|/key|/from"
)


@schemathesis.check
def what_is_allowed_is_accepted(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """But for what no schema can say: whether an address is public, an upload there, a cursor one of ours, and
    what a preset is called, leaves open and locks; when a schedule runs and what it asks for; whether one day
    comes before another."""
    if case.meta and case.meta.generation.mode.is_positive and response.status_code == 400:
        faults = response.json().get("errors", [{"pointer": response.text}])
        assert [f for f in faults if not re.fullmatch(_BEYOND_SCHEMAS, f["pointer"])] == []


@schemathesis.check
def errors_say_what_happened_and_what_it_cost(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """As one of the examples of this operation and status."""
    if response.headers["content-type"] == ["application/problem+json"]:
        shown = case.operation.definition.raw["responses"][str(response.status_code)]["content"]
        examples = [example["value"] for example in shown["application/problem+json"]["examples"].values()]
        problem = response.json()
        assert (problem["error"], problem["charged"]) in [(e["error"], e["charged"]) for e in examples]
        assert problem["detail"]


CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    negative_data_rejection,
    ignored_auth,
    what_is_allowed_is_accepted,
    errors_say_what_happened_and_what_it_cost,
]


@pytest.fixture(scope="module")
def fuzzer(cloud: Cloud) -> Iterator[Caller]:
    """A caller of its own. What it asks for is taken in and fails a moment later: drawing would take minutes."""
    cloud.twin.post("/_twin/next", json={"script": "fail-policy", "times": 10_000}).raise_for_status()
    yield cloud.caller("fuzzer")
    cloud.twin.post("/_twin/reset").raise_for_status()


@api.parametrize()
@settings(max_examples=EXAMPLES, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_as_described(case: Case[Any], fuzzer: Caller) -> None:
    use_a_new_key(case)
    case.call_and_validate(checks=CHECKS, **calling(fuzzer))


def test_tasks_and_pages_are_found_by_the_links_in_answers(fuzzer: Caller) -> None:
    class Caller(api.as_state_machine()):  # type: ignore[misc]
        def before_call(self, case: Case[Any]) -> None:
            use_a_new_key(case)

        def get_call_kwargs(self, case: Case[Any]) -> dict[str, Any]:
            return calling(fuzzer)

        def validate_response(self, response: Response, case: Case[Any], **_: Any) -> None:
            case.validate_response(response, checks=CHECKS)

    run_state_machine_as_test(
        Caller,
        settings=settings(
            max_examples=EXAMPLES // 2,
            stateful_step_count=5,
            derandomize=True,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


ODD_QUESTIONS = [
    "/api/images/status?taskId=a&taskId=b",
    "/api/images/status?taskId=%00",
    "/api/images/status?taskId=%F0",
    "/api/images/status?taskId[]=a",
    "/api/images/status?TASKID=a",
    "/api/images/status?&&==&%",
    "/api/images/status/",
    "/api/images?limit=1&limit=2",
    "/api/images?limit=%D9%A1",
    "/api/images?limit=1%00",
    f"/api/images?limit={'9' * 5000}",
    "/api/images?cursor=%00&state=fail",
    "/api/images?cursor=IiI",
    "/api/images?cursor=bnVsbA",
    f"/api/images?cursor={'W1tb' * 1000}",
    "/api/images/%00/image",
    "/api/images/%F0/image",
    "/api/images/a%2Fb/image",
    "/api/images/%252e%252e/image",
    "/api/images/..%2Fhealth/image",
    "/api/images//image",
    "/api/images/é🍌/image",
    f"/api/images/{'a' * 5000}/image",
    "/api/schedules/%00",
    "/api/schedules/%F0/runs?limit=x",
    "/api/schedules/a%2Fb/runs",
    f"/api/schedules/{'a' * 5000}",
    "/api/schedules/template/runs?cursor=%00",
    "/api/batches/%00",
    "/api/batches/%F0",
    "/api/batches/a%2Fb",
    f"/api/batches/{'a' * 5000}",
    "/api/health?x=%00",
    "/openapi.json?x=1&x=2",
]


@pytest.mark.parametrize("path", ODD_QUESTIONS, ids=lambda path: path[:40])
def test_an_odd_question_gets_an_answer(fuzzer: Caller, path: str) -> None:
    answered(fuzzer.api.get(path))


ODD_BODIES = [
    b"",
    b" ",
    b"\x00",
    b"\xef\xbb\xbf{}",
    b"\xff\xfe",
    b"NaN",
    b'{"prompt": NaN, "size": Infinity}',
    b'{"size": 1e999, "contentType": "image/png", "prompt": "x"}',
    b'{"size": ' + b"9" * 5000 + b', "contentType": "image/png"}',
    b'{"size": 1, "size": 2, "contentType": "image/png", "prompt": "a\\u0000"}',
    b'{"size": 1, "contentType": "image/png\\u0000", "prompt": "\\ud800"}',
    b'{"prompt": "x", "imageInput": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    b'{"prompt": "x", "imageInput": [' + b'"",' * 20_000 + b'""]}',
    b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    b'{"prompt": "x", "imageInput": ["uploads/fuzzer/../../images/x.png"]}',
    b'{"prompt": "x", "": 1, "\\ud800": 1, "__proto__": {}}',
    b'{"items": [{"\\ud800": 1}]}',
    b'{"items": [{"prompt": ' + b"[" * 5000 + b"]" * 5000 + b"}]}",
    b'{"items": [{"prompt": ""}], "name": "\\ud800"}',
]


@pytest.mark.parametrize("body", ODD_BODIES, ids=lambda body: repr(body[:40]))
@pytest.mark.parametrize("around", [b"%s", b'{"rate": "1 day", "requests": [%s]}'])
def test_an_odd_schedule_gets_an_answer(fuzzer: Caller, around: bytes, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = answered(fuzzer.api.put("/api/schedules/odd", content=around % body, headers=headers))

    assert answer.status_code == 400


@pytest.mark.parametrize("path", ["/api/images/generate", "/api/batches", "/api/uploads"])
@pytest.mark.parametrize("body", ODD_BODIES, ids=lambda body: repr(body[:40]))
def test_an_odd_body_gets_an_answer(fuzzer: Caller, path: str, body: bytes) -> None:
    answer = answered(fuzzer.api.post(path, content=body, headers={"Content-Type": "application/json"}))

    assert answer.status_code in (201, 202, 400)


@pytest.mark.parametrize(
    "headers",
    [
        [("Idempotency-Key", "a"), ("Idempotency-Key", "b")],
        [("Idempotency-Key", "ü".encode())],
        [("Idempotency-Key", "")],
        [("Content-Type", "text/plain"), ("Content-Type", "application/json")],
        [("Content-Type", b"\xff")],
        [("Content-Type", "application/json; charset=utf-16")],
        [("Content-Encoding", "gzip")],
        [("Accept", "text/html")],
        [("X-Forwarded-For", "'; DROP"), ("X-Amzn-Trace-Id", "x" * 5000)],
    ],
    ids=str,
)
def test_odd_headers_get_an_answer(fuzzer: Caller, headers: list[tuple[str, Any]]) -> None:
    answered(fuzzer.api.post("/api/images/generate", content=b'{"prompt": ""}', headers=headers))


def answered(answer: httpx.Response) -> httpx.Response:
    """It is no 500, and has the form of what Plantain or its gateway says."""
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert set(answer.json()) == {"message"} or answer.headers["content-type"] == "application/problem+json"
    return answer


def use_a_new_key(case: Case[Any]) -> None:
    """The description's own example would come with another body each time, and be refused for that."""
    if case.meta and case.meta.generation.mode.is_positive and "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = str(uuid.uuid4())


def calling(caller: Caller) -> dict[str, Any]:
    """How schemathesis is to call."""
    return {
        "base_url": str(caller.api.base_url).rstrip("/"),
        "headers": {"Authorization": caller.api.headers["Authorization"]},
        "allow_redirects": False,
    }


def test_the_description_that_is_served_is_this_one(cloud: Cloud, alice: Caller) -> None:
    served = alice.api.get("/openapi.json")

    assert (served.status_code, served.headers["content-type"]) == (200, "application/json")
    assert served.json() == document(MODELS[DEFAULT_MODEL])
