"""House styles kept as files: look at them, and see what they come to."""

from plantain.models import Model
from plantain.planning.answers import Rendering
from plantain.presets.answers import Preset, PresetInFull, PresetList
from plantain.wishes.preset_wish import PresetFilling
from scripts.openapi import parameters
from scripts.openapi.examples import FILLING, PRESET_VERSION, UPLOAD, price
from scripts.openapi.operation import Body, Good, Operation

FILLING_WITH_IMAGES = {"variables": {"scene": "The leaf lies on the table"}, "imageInput": [UPLOAD, UPLOAD]}

_SUMMARY: Preset = {
    "name": "quote-card",
    "version": PRESET_VERSION,
    "shipped": True,
    "problems": [],
    "description": "A quotation set as a card to share, with its author below",
    "variables": [
        {
            "name": "quote",
            "description": "The words of the quotation; the card adds its quotation marks",
            "required": True,
            "default": None,
            "choices": [],
            "maxLength": 400,
        },
        {
            "name": "author",
            "description": "Who said it",
            "required": False,
            "default": None,
            "choices": [],
            "maxLength": 80,
        },
    ],
    "settings": {"aspectRatio": "1:1", "resolution": "2K", "outputFormat": "png"},
    "style": "minimalist",
    "mood": "premium, calm",
    "composition": "centered",
    "locked": [],
    "minImages": 0,
    "brandImages": 1,
    "brand": True,
}

PRESET: PresetInFull = {
    **_SUMMARY,
    "prompt": 'A typographic card that shows one quotation: "$quote"\nBelow it, smaller: "$author"',
}

PRESETS: PresetList = {"presets": [_SUMMARY]}


def rendering(model: Model) -> Rendering:
    """What the preset comes to, filled so."""
    return {
        "preset": {"name": "quote-card", "version": PRESET_VERSION},
        "model": model.name,
        "prompt": 'A typographic card that shows one quotation: "Simple is better than complex."\n'
        'Below it, smaller: "Tim Peters"\n\nStyle: minimalist.\n\nMood: premium, calm.\n\nComposition: centered.',
        "aspectRatio": "1:1",
        "resolution": "2K",
        "outputFormat": "png",
        "imageInputs": {"own": 0, "brand": 1},
        "price": price(model),
    }


OPERATIONS = (
    Operation(
        "list_presets",
        "listPresets",
        "List the presets",
        "Those that came with Plantain, and the owner's own, which lie in the inbox as "
        "`presets/<name>.toml`. A broken one is in the list as well, with what is wrong with it.",
        {200: Good("The presets, by name.", PresetList, PRESETS)},
        problems="presets-broke",
    ),
    Operation(
        "get_preset",
        "getPreset",
        "Look at a preset",
        "As it is now; as `name@version`, as it was when it was used.",
        {200: Good("The preset, with its prompt.", PresetInFull, PRESET)},
        parameters=(parameters.PRESET_NAME,),
        problems="preset-not-found presets-broke",
    ),
    Operation(
        "render_preset",
        "renderPreset",
        "See what a preset comes to",
        "A dry run: the whole prompt, the settings and the price. Nothing is reserved or sent, and it costs "
        "nothing. The version is kept, so that `name@version` asks for exactly this whatever becomes of the file.",
        {200: Good("What would be asked of Kie.ai.", Rendering, rendering)},
        body=Body((PresetFilling,), {"filled": FILLING, "with-images": FILLING_WITH_IMAGES}),
        parameters=(parameters.PRESET_NAME,),
        problems="invalid-filling missing-variable preset-not-found preset-broken too-many-requests "
        "max-cost-exceeded misconfigured rendering-broke",
    ),
)
