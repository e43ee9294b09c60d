"""GET /openapi.json."""

import json

import pytest

from functions.get_openapi import app as get_openapi
from plantain.models import MODELS
from tests.conftest import Cloud
from tests.functions.conftest import Answer, call, http_event


def ask(**headers: str) -> Answer:
    request = http_event("GET", "/openapi.json", headers=headers)
    del request["requestContext"]["authorizer"]
    return call(get_openapi, request)


@pytest.mark.parametrize("model", MODELS)
def test_the_description_is_that_of_the_model_that_is_asked(
    cloud: Cloud, settings: pytest.MonkeyPatch, model: str
) -> None:
    settings.setenv("KIE_MODEL", model)

    answer = ask()

    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert answer.headers["cache-control"] == "public, max-age=300"
    fields = answer.json["components"]["schemas"]["GenerateRequest"]["properties"]
    assert fields["prompt"]["maxLength"] == MODELS[model].prompt_length


@pytest.mark.parametrize("known", ["{}", "W/{}", "*", '"other", W/{}', '"other",{}'])
def test_who_has_it_need_not_load_it_again(cloud: Cloud, known: str) -> None:
    etag = ask().headers["etag"]

    again, other = ask(**{"if-none-match": known.format(etag)}), ask(**{"if-none-match": '"other"'})

    assert (again.status, again.text, again.headers["etag"]) == (304, "", etag)
    assert (other.status, json.loads(other.text)["openapi"]) == (200, "3.1.0")


def test_a_description_that_is_not_there_is_a_problem(cloud: Cloud, settings: pytest.MonkeyPatch) -> None:
    settings.setenv("KIE_MODEL", "no-such-model")

    answer = ask()

    assert (answer.status, answer.json["error"]) == (500, "Failed to read the API description")
    assert "no-such-model" not in answer.text
