"""What a wish comes to: its preset worked in and its inputs looked at. The last look before a job is reserved."""

from dataclasses import dataclass

from plantain.errors import TooDear
from plantain.faults import Fault, InvalidRequest, MaxCostExceeded
from plantain.job import PresetRef, Request
from plantain.network.dns import Dns
from plantain.presets.brand import Brand
from plantain.presets.composing import composed
from plantain.presets.file import PresetFile, preset_in
from plantain.presets.finding import Presets, presets
from plantain.presets.keys import BRAND_KEY
from plantain.spending.prices import dollars, prices
from plantain.wishes.file_wish import FileWish
from plantain.wishes.input_images import usable_inputs
from plantain.wishes.preset_wish import PresetWish
from plantain.wishes.terms import Terms
from plantain.wishes.wish import Wish


@dataclass(frozen=True, slots=True)
class Plan:
    """What is going to be asked of Kie.ai, and the preset it was made from.

    The last `brand_images` of the request's inputs are the preset's.
    """

    request: Request
    preset: PresetRef | None = None
    brand_images: int = 0


def trial_of(wish: Wish, terms: Terms, dns: Dns) -> Plan:
    """What `plan_of` comes to, and raises; nothing is written down."""
    if isinstance(wish, PresetWish):
        return _plan_of_preset(wish, terms, dns, presets())[0]
    return _plan_of_request(wish, terms, dns)


def plan_of(wish: Wish, terms: Terms, dns: Dns, library: Presets | None = None) -> Plan:
    """Raises InvalidRequest (MaxCostExceeded), Misconfigured; nothing is reserved, sent or charged.

    The version of a preset that a plan was made from is kept: `name@version` asks for it whatever becomes of the
    file. Who plans many wishes at once gives a `library` that looks only once (presets_of_a_moment).
    """
    if isinstance(wish, PresetWish):
        return _kept(wish, terms, dns, library or presets())
    return _plan_of_request(wish, terms, dns)


def plan_of_each(file: FileWish, terms: Terms, dns: Dns) -> Plan:
    """The plan of each of its images; what is too dear is told as the file says it, for all of them together."""
    wish, count = file.wish, file.count
    try:
        return plan_of(wish, terms, dns)
    except MaxCostExceeded as dear:
        if count == 1 or wish.max_cost is None:
            raise
        amounts = (wish.max_cost * count, dear.price * count, dear.price)
        allowed, together, each = map(dollars, amounts)
        clause = f"allows {allowed} for all {count} images, and they cost {together} ({each} each)"
        raise MaxCostExceeded(clause, dear.price) from None


def _plan_of_request(request: Request, terms: Terms, dns: Dns) -> Plan:
    _require_within(request)
    return Plan(usable_inputs(request, terms.trusted_origins, dns))


def _kept(wish: PresetWish, terms: Terms, dns: Dns, library: Presets) -> Plan:
    plan, file = _plan_of_preset(wish, terms, dns, library)
    library.keep(file)
    return plan


def _plan_of_preset(wish: PresetWish, terms: Terms, dns: Dns, library: Presets) -> tuple[Plan, PresetFile]:
    file = library.get(wish.name, wish.version)
    preset, brand = preset_in(file, terms.model)
    request = composed(wish, preset, brand, terms.model)
    _require_within(request)
    own = len(wish.settings.get("image_input", ()))
    try:
        request = usable_inputs(request, terms.trusted_origins, dns)
    except InvalidRequest as invalid:
        raise InvalidRequest(
            *(_named(fault, own, wish.name, request, brand) for fault in invalid.faults)
        ) from None
    return Plan(request, file.ref, len(request.image_input) - own), file


def _require_within(request: Request) -> None:
    try:
        prices().require_within(request)
    except TooDear as dear:
        raise MaxCostExceeded(dear.clause, prices().usd(prices().credits_of(request))) from None


def _named(fault: Fault, own: int, name: str, request: Request, brand: Brand | None) -> Fault:
    """A fault of an image that the preset adds is not one of the caller's images."""
    at = int(fault.pointer.rpartition("/")[2])
    if at < own:
        return fault
    image = request.image_input[at]
    if brand and image == brand.logo:
        told = f"{name} keeps to the brand profile {BRAND_KEY}, whose logo {image} {fault.detail}"
        return Fault("/preset", f"{told}; put it there, or take the line logo out of {BRAND_KEY}")
    return Fault("/preset", f"{name} adds the image {image}, which {fault.detail}")
