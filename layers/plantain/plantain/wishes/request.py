"""Checks what a caller asks for and names every fault; the limits come from the model's row."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from plantain.faults import Fault, InvalidRequest, PromptMissing
from plantain.inbox.keys import DROPS, is_inbox_key, is_own_upload_key, is_upload_key
from plantain.job import Request
from plantain.network.addresses import refusal_of
from plantain.validation import UnicodeText, checked
from plantain.wishes.terms import Terms


def _terms_of(info: ValidationInfo) -> Terms:
    assert info.context is not None
    terms: Terms = info.context["terms"]
    return terms


def _prompt(text: str, info: ValidationInfo) -> str:
    limit = _terms_of(info).model.prompt_length
    if "\x00" in text:
        raise PydanticCustomError("nul", "must not contain a NUL character")
    if len(text) > limit:
        raise PydanticCustomError(
            "too_long",
            "must be at most {limit} characters, this one has {length}",
            {"limit": limit, "length": len(text)},
        )
    return text


def _listed(value: str, info: ValidationInfo) -> str:
    choices: tuple[str, ...] = getattr(_terms_of(info).model, f"{info.field_name}s")
    if value not in choices:
        raise PydanticCustomError("choice", "must be one of {choices}", {"choices": ", ".join(choices)})
    return value


def _address(url: str, info: ValidationInfo) -> str:
    terms = _terms_of(info)
    if is_upload_key(url):
        if terms.from_inbox or not is_own_upload_key(url, terms.caller):
            raise PydanticCustomError("upload", "must be the key of an upload of yours")
        return url
    if terms.from_inbox and is_inbox_key(url):
        return url
    if terms.from_inbox and "://" not in url:
        raise PydanticCustomError(
            "place", f"must begin with {DROPS} or https://, as {DROPS}_photos/beach.jpg does"
        )
    if refusal := refusal_of(url, terms.trusted_origins):
        raise PydanticCustomError("address", "{refusal}", {"refusal": refusal})
    return url


def few_enough(urls: Any, info: ValidationInfo) -> Any:
    """Looked at before each URL is, so that a long list of bad ones makes one fault and not thousands."""
    limit = _terms_of(info).model.image_inputs
    if isinstance(urls, list) and len(urls) > limit:
        raise PydanticCustomError(
            "too_many",
            "must hold at most {limit} images, this one holds {count}",
            {"limit": limit, "count": len(urls)},
        )
    return urls


Choice = Annotated[str, AfterValidator(_listed)]
Address = Annotated[UnicodeText, AfterValidator(_address)]


class PictureSettings(BaseModel):
    """What kind of picture it is to be."""

    model_config = ConfigDict(extra="forbid")

    aspect_ratio: Choice = "16:9"
    """Width to height. `auto` leaves it to Kie.ai, which goes by the input images."""
    resolution: Choice = "2K"
    """The long edge: 1024, 2048 or 4096 pixels. Decides the price."""
    output_format: Choice = "png"
    """How the image is to be encoded."""


class ImageSettings(PictureSettings):
    """What every wish may say besides its words."""

    model_config = ConfigDict(alias_generator=to_camel)

    image_input: Annotated[tuple[Address, ...], BeforeValidator(few_enough)] = ()
    """Images to work from: public https URLs, or keys that `POST /api/uploads` gave you."""
    max_cost: Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)] | None = None
    """The most it may cost, in US dollars. What would cost more is not asked for, and costs nothing."""


class Replayable(BaseModel):
    """Whether what was made before will do."""

    cache: Annotated[bool, Field(strict=True)] = False
    """An image that you have had made of the same request with `cache` will do: it is copied, and costs nothing.
    The same is: the same prompt, preset version and settings, and input images with the same bytes. Addresses on
    the web cannot be input images then."""


class GenerateRequest(ImageSettings, Replayable):
    """A wish for one image."""

    prompt: Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_prompt)]
    """What to draw; trimmed before it is measured."""


def check_request(body: Mapping[str, Any], terms: Terms) -> Request:
    """The caller's checked wish, defaults filled in. Raises PromptMissing or InvalidRequest."""
    prompt = body.get("prompt")
    if prompt is None or (isinstance(prompt, str) and not prompt.strip()):
        raise PromptMissing
    request = checked(GenerateRequest, body, {"terms": terms})
    require_replayable(request.cache, request.image_input)
    return Request(model=terms.model.name, **request.model_dump())


def require_replayable(cache: bool, image_input: Sequence[str]) -> None:
    """What lies at an address on the web may be another picture each time it is fetched, by us or by Kie.ai.

    So nobody can tell whether such a wish is the same as an earlier one. Raises InvalidRequest.
    """
    if cache and not all(is_upload_key(image) or is_inbox_key(image) for image in image_input):
        detail = "must be left out where an input image is an address on the web, whose content may change"
        raise InvalidRequest(Fault("/cache", f"{detail}; upload the image, or put it into the inbox"))
