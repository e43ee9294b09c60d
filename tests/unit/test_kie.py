"""Talking to Kie.ai: every row of what is known of its answers."""

import json
from typing import Any

import httpx
import pytest

from plantain.errors import (
    CreditsUsedUp,
    KieKeyRejected,
    OutcomeUnknown,
    PlantainError,
    Refused,
    TryAgainLater,
    UnexpectedAnswer,
)
from plantain.kie import api
from plantain.kie.api import Kie
from plantain.kie.exchange import MAX_ANSWER_BYTES
from plantain.kie.words import MAX_WORDS
from plantain.task import Failed, Running, Succeeded, Unlisted
from tests.builders import KIE_KEY, KIE_TASK_ID, a_request, created, kie_says, record, refusal, success, unread

KEY_TEXT = (
    "Unauthorized – Authentication failed. Please check that your Authorization and Content-Type headers are "
    "correctly set."
)
CREDITS_TEXT = (
    "Credits insufficient : Your current balance isn’t enough to run this request. Please top up to continue."
)
MODEL_TEXT = (
    "The model name you specified is not supported. Please verify your input and use one of the supported models "
    "provided by KIE."
)
HTML = httpx.Response(200, html="<html><body>Bad gateway</body></html>")


def test_a_create_sends_every_field_whatever_kies_defaults_are() -> None:
    kie, sent = kie_says(created())

    assert kie.create_task(a_request(image_input=("https://example.com/a.png",))) == KIE_TASK_ID

    assert sent[0].method == "POST"
    assert sent[0].url == "https://kie.test/api/v1/jobs/createTask"
    assert sent[0].headers["authorization"] == f"Bearer {KIE_KEY}"
    assert sent[0].headers["content-type"] == "application/json"
    assert json.loads(sent[0].content) == {
        "model": "nano-banana-pro",
        "input": {
            "prompt": "a plantain in the sun",
            "image_input": ["https://example.com/a.png"],
            "aspect_ratio": "16:9",
            "resolution": "2K",
            "output_format": "png",
        },
    }


REFUSED = [
    (refusal(422, MODEL_TEXT), "kie-refused"),
    (refusal(500, "This field is required"), "kie-refused"),
    (refusal(500, "aspect_ratio is not within the range of allowed options"), "kie-refused"),
    (refusal(500, "The text length cannot exceed the maximum limit"), "kie-refused"),
    (refusal(433, "Sub-key Usage Exceeds Limit"), "kie-spending-cap"),
    (refusal(400, "bad request"), "kie-refused"),
    (refusal(404, "not found"), "kie-refused"),
    (refusal(408, "upstream silent"), "kie-refused"),
    (refusal(501, "Generation failed"), "kie-refused"),
    (refusal(505, "Feature off"), "kie-refused"),
    ({"code": 401, "msg": KEY_TEXT}, "kie-key-rejected"),
    (refusal(401, "You do not have access permissions"), "kie-key-rejected"),
    (httpx.Response(401, json={"code": 401, "msg": KEY_TEXT}), "kie-key-rejected"),
    (httpx.Response(404, json={"timestamp": 1, "status": 404, "error": "Not Found"}), "kie-refused"),
    (httpx.Response(400, json={"code": 422, "msg": MODEL_TEXT}), "kie-refused"),
]


@pytest.mark.parametrize(("answer", "code"), REFUSED)
def test_a_refusal_of_a_create_is_final_and_costs_nothing(answer: Any, code: str) -> None:
    kie, _ = kie_says(answer)

    with pytest.raises(Refused) as refused:
        kie.create_task(a_request())

    assert refused.value.code == code
    assert refused.value.charged == "no"


@pytest.mark.parametrize(
    "answer",
    [
        refusal(402, CREDITS_TEXT),
        refusal(500, CREDITS_TEXT),
        refusal(402, "The current credits are insufficient. Please top up."),
    ],
)
def test_credits_that_are_used_up_are_no_refusal_of_this_request(answer: Any) -> None:
    kie, _ = kie_says(answer)

    with pytest.raises(CreditsUsedUp) as used_up:
        kie.create_task(a_request())

    assert not isinstance(used_up.value, Refused | TryAgainLater)
    assert used_up.value.charged == "no"


SIGNED = "inbox.s3.amazonaws.com/a.png?X-Amz-Signature=0123"


@pytest.mark.parametrize(
    "link",
    [
        f"https://{SIGNED}",
        f"HTTP://{SIGNED}",
        f"https%3A%2F%2F{SIGNED}",
        f"//{SIGNED}",
        SIGNED,
        "X-Amz-Credential=a",
    ],
)
def test_links_in_kies_words_are_left_out_because_they_may_be_signed(link: str) -> None:
    said = f"Image fetch failed: {link} (on/off) again"
    kie, _ = kie_says(refusal(422, said), record("fail", failCode="400", failMsg=said))

    with pytest.raises(Refused) as refused:
        kie.create_task(a_request())
    failed = kie.outcome_of(KIE_TASK_ID)

    assert refused.value.words == "Image fetch failed: (link) (on/off) again"
    assert isinstance(failed, Failed)
    assert (failed.code, failed.message) == ("input-image-unreachable", refused.value.words)


def test_words_that_were_cut_within_a_character_can_be_written_down() -> None:
    kie, _ = kie_says(httpx.Response(200, content=b'{"code": 422, "msg": "bad prompt: \\ud83d"}'))

    with pytest.raises(Refused) as refused:
        kie.create_task(a_request())

    assert refused.value.words == "bad prompt: ?"


def test_a_key_that_kie_quotes_is_not_kept() -> None:
    kie, _ = kie_says(refusal(422, f"the key {KIE_KEY} may not do this"))

    with pytest.raises(Refused) as refused:
        kie.create_task(a_request())

    assert refused.value.words == "the key (key) may not do this"


def test_a_key_that_is_a_part_of_an_id_leaves_the_id_as_it_is() -> None:
    kie, _ = kie_says(created(), key=KIE_TASK_ID[:8])

    assert kie.create_task(a_request()) == KIE_TASK_ID


def test_a_message_of_a_megabyte_without_a_blank_is_cut_and_read_at_once() -> None:
    """Looking for links must not take the square of its length: that would be hours."""
    kie, _ = kie_says(refusal(422, "a" * 900_000))

    with pytest.raises(Refused) as refused:
        kie.create_task(a_request())

    assert refused.value.words == "a" * MAX_WORDS


@pytest.mark.parametrize(
    ("code", "ours"),
    [(422, "kie-refused"), (429, "kie-busy"), (433, "kie-spending-cap"), (599, "outcome-unknown")],
)
@pytest.mark.parametrize("field", ["msg", "message"])
def test_what_kie_says_of_a_create_is_kept_apart_from_the_errors_text(code: int, ours: str, field: str) -> None:
    kie, _ = kie_says({"code": code, field: MODEL_TEXT})

    with pytest.raises(PlantainError) as raised:
        kie.create_task(a_request())

    assert raised.value.code == ours
    assert MODEL_TEXT in raised.value.words
    assert MODEL_TEXT not in str(raised.value)


def test_where_kie_says_nothing_the_errors_text_stands_for_its_words() -> None:
    with pytest.raises(Refused) as refused:
        kie_says({"code": 422})[0].create_task(a_request())
    with pytest.raises(TryAgainLater) as busy:
        kie_says(httpx.Response(429, html="<html>slow down</html>"))[0].create_task(a_request())

    assert refused.value.words == str(refused.value)
    assert busy.value.words == "HTTP 429"


@pytest.mark.parametrize(
    "answer",
    [
        refusal(429, "Your call frequency is too high. Please try again later."),
        refusal(429, "Rate limit exceeded"),
        refusal(455, "maintenance"),
        httpx.Response(429, json={"code": 429, "msg": "Rate limit exceeded"}),
        httpx.Response(429, html="<html>slow down</html>"),
        httpx.ConnectError("refused"),
        httpx.ConnectTimeout("no route"),
        httpx.PoolTimeout("full"),
    ],
)
def test_a_create_that_was_certainly_not_accepted_may_be_sent_again(answer: Any) -> None:
    kie, _ = kie_says(answer)

    with pytest.raises(TryAgainLater):
        kie.create_task(a_request())


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ReadTimeout("silence"),
        httpx.ReadError("reset"),
        httpx.WriteError("reset"),
        httpx.WriteTimeout("stuck"),
        httpx.RemoteProtocolError("gone"),
        httpx.Response(500),
        httpx.Response(502, html="<html>Bad gateway</html>"),
        httpx.Response(503),
        httpx.Response(408),
        httpx.Response(403, html="<html>blocked</html>"),
        httpx.Response(413, html="<html>"),
        httpx.Response(400, json={"code": 500, "msg": "Server exception, please try again later"}),
        refusal(500, "Server exception: this field is required upstream"),
        httpx.Response(302, headers={"location": "https://elsewhere.test"}),
        httpx.Response(200, content=b""),
        httpx.Response(200, json=[1]),
        httpx.Response(200, json={"msg": "no code"}),
        httpx.Response(200, content=b"[" * 100_000),
        httpx.Response(200, content=b" " * (MAX_ANSWER_BYTES + 1)),
        {"code": 200, "msg": "success", "data": {"taskId": ""}},
        refusal(500, "Server exception, please try again later or contact customer service"),
        refusal(500, "something nobody has seen"),
        refusal(599, "?"),
    ],
)
def test_a_create_whose_fate_is_in_doubt_is_outcome_unknown(answer: Any) -> None:
    kie, sent = kie_says(answer)

    with pytest.raises(OutcomeUnknown) as unknown:
        kie.create_task(a_request())

    assert unknown.value.charged == "unknown"
    assert len(sent) == 1


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ({"code": 200, "msg": "success", "data": None}, "Kie.ai said yes but gave no task id."),
        (HTML, "Kie.ai's answer could not be read."),
        (httpx.Response(408, json={"code": 408, "msg": "upstream silent"}), "Kie.ai answered HTTP 408."),
        (httpx.Response(500, json={"code": 422, "msg": MODEL_TEXT}), "Kie.ai answered HTTP 500."),
        (httpx.Response(400, json=created()), "Kie.ai answered HTTP 400 and yes at the same time."),
    ],
)
def test_a_doubt_says_what_it_comes_from(answer: Any, text: str) -> None:
    kie, sent = kie_says(answer)

    with pytest.raises(OutcomeUnknown) as unknown:
        kie.create_task(a_request())

    assert len(sent) == 1
    assert unknown.value.words == str(unknown.value)
    assert str(unknown.value).startswith(f"{text} Kie.ai may have accepted and billed the request")


def test_a_rejected_key_is_read_once_more_and_tried_only_if_it_has_changed() -> None:
    sent: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.headers["authorization"])
        good = request.headers["authorization"] == "Bearer new"
        return unread(httpx.Response(200, json=created() if good else {"code": 401, "msg": KEY_TEXT}))

    def kie(fresh: str) -> Kie:
        return Kie(
            "https://kie.test", key=lambda: "old", fresh_key=lambda: fresh, transport=httpx.MockTransport(answer)
        )

    assert kie("new").create_task(a_request()) == KIE_TASK_ID
    with pytest.raises(KieKeyRejected):
        kie("old").create_task(a_request())

    assert sent == ["Bearer old", "Bearer new", "Bearer old"]


def test_the_question_names_the_task() -> None:
    kie, sent = kie_says(record("waiting"))

    kie.outcome_of("a b&c")

    kie.asked_of("a b&c")

    asked = [(request.method, str(request.url)) for request in sent]
    assert asked == [("GET", "https://kie.test/api/v1/jobs/recordInfo?taskId=a+b%26c")] * 2


def test_the_balance_is_asked_for_and_changes_nothing() -> None:
    kie, sent = kie_says({"code": 200, "msg": "success", "data": 82.5})

    assert kie.credits() == 82.5
    assert (sent[0].method, sent[0].url.path) == ("GET", "/api/v1/chat/credit")


def test_kie_is_told_where_to_ring() -> None:
    kie, sent = kie_says(created())

    kie.create_task(a_request(), "https://example.com/ring")

    assert json.loads(sent[0].content)["callBackUrl"] == "https://example.com/ring"


def test_each_error_is_counted_by_its_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[str] = []
    monkeypatch.setattr(api, "count_kie_error", counted.append)

    for answer in (
        refusal(429, "slow down"),
        httpx.ConnectError("refused"),
        refusal(422, "This field is required"),
    ):
        with pytest.raises(PlantainError):
            kie_says(answer)[0].create_task(a_request())

    assert counted == ["kie-busy", "kie-unreachable", "kie-refused"]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (record("waiting"), Running("pending")),
        (record("queuing"), Running("pending")),
        (record("generating"), Running("processing")),
        (record("generating", creditsConsumed=18.0, successFlag=0), Running("processing")),
        (refusal(422, "recordInfo is null"), Unlisted()),
        ({"code": 200, "msg": "success", "data": None}, Unlisted()),
        (success("https://a.test/1.png"), Succeeded(("https://a.test/1.png",), 12_000, 18.0)),
        (success("https://a/1", "https://a/2"), Succeeded(("https://a/1", "https://a/2"), 12_000, 18.0)),
        (success("https://a/1", costTime=12.25), Succeeded(("https://a/1",), 12_250, 18.0)),
        (success("https://a/1", costTime=None, creditsConsumed=None), Succeeded(("https://a/1",))),
        (success("https://a/1", costTime="12", creditsConsumed=True), Succeeded(("https://a/1",))),
        (success("https://a/1", costTime=0, creditsConsumed=0), Succeeded(("https://a/1",), 0, 0.0)),
        (success("https://a/1", costTime=-1, creditsConsumed=-1), Succeeded(("https://a/1",))),
        (success("https://a/1", costTime=1e9, creditsConsumed=1e9), Succeeded(("https://a/1",))),
        (
            success(resultJson={"resultUrls": ["https://a/1"]}),
            Succeeded(("https://a/1",), 12_000, 18.0),
        ),
        (
            success(resultJson="{broken", response={"resultUrls": ["https://a/1"]}),
            Succeeded(("https://a/1",), 12_000, 18.0),
        ),
        (success(resultJson="{broken"), Succeeded((), 12_000, 18.0)),
        (success(resultJson=""), Succeeded((), 12_000, 18.0)),
        (success(resultJson="[]"), Succeeded((), 12_000, 18.0)),
        (success(resultJson='{"resultUrls": [null, 3, ""]}'), Succeeded((), 12_000, 18.0)),
    ],
)
def test_what_kie_says_of_a_task_becomes_an_outcome(answer: Any, outcome: object) -> None:
    kie, _ = kie_says(answer)

    assert kie.outcome_of(KIE_TASK_ID) == outcome


GEMINI_TEXT = "Gemini could not generate an image with the given prompt. Please try again with a different prompt."


@pytest.mark.parametrize(
    ("code", "message", "ours"),
    [
        ("500", "Internal Error, Please try again later.", "kie-failed"),
        ("500", GEMINI_TEXT, "prompt-not-drawable"),
        (
            "400",
            "Image fetch failed. Check access settings or use our File Upload API instead.",
            "input-image-unreachable",
        ),
        ("400", "Your prompt was flagged by Website as violating content policies.", "content-policy"),
        ("422", "CONTENT_POLICY_BLOCKED: …", "content-policy"),
        ("524", "generate task timeout.", "kie-timeout"),
        ("501", "Generation failed", "kie-failed"),
    ],
)
def test_a_failed_task_says_why_and_costs_nothing(code: str, message: str, ours: str) -> None:
    kie, _ = kie_says(record("fail", failCode=code, failMsg=message, creditsConsumed=0))

    assert kie.outcome_of(KIE_TASK_ID) == Failed(ours, message, "no")


def test_a_failed_task_that_consumed_credits_says_so() -> None:
    kie, _ = kie_says(record("fail", failCode="501", failMsg="Generation failed", creditsConsumed=18))

    assert kie.outcome_of(KIE_TASK_ID) == Failed("kie-failed", "Generation failed", "yes", 18.0)


def test_a_failure_without_a_reason_says_so() -> None:
    assert kie_says(record("fail"))[0].outcome_of(KIE_TASK_ID) == Failed(
        "kie-failed", "Kie.ai gave no reason.", "no"
    )


def test_an_unknown_state_word_fails_loudly_and_names_it() -> None:
    kie, _ = kie_says(record("dreaming" * 6))

    with pytest.raises(UnexpectedAnswer) as unexpected:
        kie.outcome_of(KIE_TASK_ID)

    assert unexpected.value.code == "upstream-unknown-state"
    assert unexpected.value.words == f"Kie.ai reported an unknown state: '{'dreaming' * 5}'."
    assert "dreaming" not in str(unexpected.value)  # which is in the execution's history


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(500, json=record("waiting")), TryAgainLater),
        (httpx.Response(502, html="<html>"), TryAgainLater),
        (httpx.Response(429), TryAgainLater),
        (HTML, TryAgainLater),
        (refusal(429, "Rate limit exceeded"), TryAgainLater),
        (refusal(455, "maintenance"), TryAgainLater),
        (refusal(500, "Server exception"), TryAgainLater),
        (record("waiting") | {"code": 500}, TryAgainLater),
        ({"code": 200, "msg": "success", "data": ["waiting"]}, TryAgainLater),
        (httpx.ConnectError("refused"), TryAgainLater),
        (httpx.ReadTimeout("silence"), TryAgainLater),
        (httpx.Response(200, content=b" " * (MAX_ANSWER_BYTES + 1)), TryAgainLater),
        ({"code": 401, "msg": KEY_TEXT}, KieKeyRejected),
        (httpx.Response(401), KieKeyRejected),
        (httpx.Response(403), KieKeyRejected),
    ],
)
def test_a_question_without_an_answer_may_be_asked_again(answer: Any, error: type[PlantainError]) -> None:
    kie, _ = kie_says(answer)

    with pytest.raises(error) as raised:
        kie.outcome_of(KIE_TASK_ID)

    assert raised.value.code == ("kie-unreachable" if error is TryAgainLater else "kie-key-rejected")


def test_what_kie_says_of_a_question_is_kept() -> None:
    kie, _ = kie_says(refusal(500, "Server exception"))

    for ask in (
        kie.credits,
        lambda: kie.outcome_of(KIE_TASK_ID),
        lambda: kie.fresh_link("https://tempfile.test/a"),
    ):
        with pytest.raises(TryAgainLater) as raised:
            ask()
        assert (raised.value.code, raised.value.words) == ("kie-unreachable", "Server exception")


def test_a_fresh_link_is_asked_for_by_the_results_own_url() -> None:
    kie, sent = kie_says({"code": 200, "msg": "success", "data": "https://tempfile.test/a?token=7"})

    assert kie.fresh_link("https://tempfile.test/a") == "https://tempfile.test/a?token=7"
    assert sent[0].url == "https://kie.test/api/v1/common/download-url"
    assert sent[0].headers["authorization"] == f"Bearer {KIE_KEY}"
    assert json.loads(sent[0].content) == {"url": "https://tempfile.test/a"}


@pytest.mark.parametrize(
    "answer",
    [
        refusal(422, "url is wrong"),
        refusal(400, "?"),
        refusal(404, "?"),
        {"code": 200, "data": None},
        {"code": 200, "data": 3},
    ],
)
def test_there_is_no_fresh_link_to_what_is_not_kies_any_more(answer: dict[str, Any]) -> None:
    assert kie_says(answer)[0].fresh_link("https://tempfile.test/a") is None


@pytest.mark.parametrize(
    "answer",
    [
        refusal(429, "Your call frequency is too high. Please try again later."),
        refusal(455, "maintenance"),
        refusal(500, "Server exception, please try again later or contact customer service"),
        httpx.Response(404),
        httpx.Response(502, text="<html>"),
        httpx.Response(200, text="<html>"),
        httpx.ReadTimeout("silence"),
    ],
)
def test_a_kie_that_cannot_say_is_asked_for_the_link_again(answer: Any) -> None:
    with pytest.raises(TryAgainLater):
        kie_says(answer)[0].fresh_link("https://tempfile.test/a")


def test_a_key_that_is_rejected_gets_no_link() -> None:
    with pytest.raises(KieKeyRejected):
        kie_says(refusal(401, "Unauthorized"))[0].fresh_link("https://tempfile.test/a")
