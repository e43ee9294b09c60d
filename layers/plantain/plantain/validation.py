"""Checks a body against its pydantic model and names every fault by a JSON pointer."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ValidationError
from pydantic_core import PydanticCustomError

from plantain.faults import Fault, InvalidRequest, escaped

MAX_FAULTS = 20  # named at once; a body can hold thousands

NOT_KNOWN = "is not a known field"
_DETAILS = {
    "extra_forbidden": NOT_KNOWN,
    "missing": "is required",
    "string_type": "must be a string",
    "string_unicode": "must be valid Unicode text (it holds a lone surrogate)",
    "string_too_short": "must not be empty",
    "string_too_long": "must be at most {max_length} characters",
    "bool_type": "must be true or false",
    "tuple_type": "must be an array",
    "dict_type": "must hold names and values",
    "model_type": "must hold names and values",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "greater_than": "must be more than {gt:g}",
    "literal_error": "must be {expected}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
}


def unicode_text(text: str) -> str:
    """Text that can be written down: JSON may hold half of a character outside the BMP."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise PydanticCustomError("string_unicode", _DETAILS["string_unicode"])
    return text


def _whole(number: Any) -> Any:
    """5.0 is 5: JSON has one kind of number."""
    return int(number) if isinstance(number, float) and number.is_integer() else number


UnicodeText = Annotated[str, AfterValidator(unicode_text)]
Whole = BeforeValidator(_whole)


def checked[Body: BaseModel](model: type[Body], body: Mapping[str, Any], context: Any = None) -> Body:
    """The body as the model reads it. Raises InvalidRequest."""
    try:
        return model.model_validate(body, context=context)
    except ValidationError as invalid:
        errors = invalid.errors(include_url=False, include_input=False)[:MAX_FAULTS]
        raise InvalidRequest(*map(_fault, errors)) from None


def _fault(error: Any) -> Fault:
    # "[key]" is what pydantic adds where a name is at fault.
    parts = [str(part) for part in error["loc"] if part != "[key]"]
    pointer = "".join(f"/{escaped(part)}" for part in parts)
    detail = _DETAILS.get(error["type"])
    return Fault(pointer, detail.format_map(error.get("ctx", {})) if detail else error["msg"])
