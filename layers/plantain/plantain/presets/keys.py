"""Where presets and the brand profile lie in the inbox: `presets/<name>.toml`."""

from plantain.inbox.keys import PRESETS
from plantain.wishes.preset_wish import PRESET_NAME

ENDING = ".toml"
BRAND = "brand"  # no preset can have this name
BRAND_KEY = f"{PRESETS}{BRAND}{ENDING}"


def preset_key(name: str) -> str:
    """The key of the file of this name."""
    return f"{PRESETS}{name}{ENDING}"


def preset_name_of(key: str) -> str | None:
    """The name of the preset that a key in the inbox can hold; None if it can hold none."""
    name = key.removeprefix(PRESETS).removesuffix(ENDING)
    return name if key == preset_key(name) and PRESET_NAME.fullmatch(name) and name != BRAND else None
