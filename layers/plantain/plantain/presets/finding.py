"""Finds presets: the owner's in the inbox, else those shipped with Plantain; earlier versions in the archive."""

from functools import cache
from importlib import resources
from itertools import islice

from plantain.faults import PresetUnknown
from plantain.inbox.bucket import Inbox, inbox
from plantain.inbox.keys import PRESETS
from plantain.presets.archive import PresetArchive, preset_archive
from plantain.presets.file import PresetFile, wants_brand
from plantain.presets.keys import BRAND, ENDING, preset_key, preset_name_of
from plantain.presets.preset import MAX_PRESET_BYTES

MAX_OWN = 80  # listed; so many of the largest fit into the 6 MB that a Lambda can answer


class Presets:
    """Every preset there is, or was."""

    def __init__(self, inbox: Inbox, archive: PresetArchive) -> None:
        self._inbox = inbox
        self._archive = archive

    def get(self, name: str, version: str | None = None) -> PresetFile:
        """The preset as it is now, or as it was in that version. Raises PresetUnknown; it may still be broken."""
        now = self.now(name)
        if now and version in (None, now.version):
            return now
        if version and (then := self._archive.find(name, version)):
            return then
        if now is None:
            raise PresetUnknown(f"{name} is unknown; there are {', '.join(self.names())}")
        raise PresetUnknown(f"{name} was never used in the version {version}; its version now is {now.version}")

    def now(self, name: str) -> PresetFile | None:
        """The preset as it is now, broken or not; None if there is none."""
        own = None if name == BRAND else self._content(name)
        content = _shipped(name) if own is None else own
        if content is None:
            return None
        brand = self._content(BRAND) if wants_brand(content) else None
        return PresetFile(name, content, brand, is_shipped=own is None)

    def names(self) -> list[str]:
        """The names of the presets there are, in order; at most MAX_OWN of the owner's."""
        own = filter(None, map(preset_name_of, self._inbox.keys(PRESETS)))
        return sorted({*_shipped_names(), *islice(own, MAX_OWN)})

    def keep(self, file: PresetFile) -> None:
        """Remember this version, so that it can be asked for by name@version from now on."""
        self._archive.keep(file)

    def _content(self, name: str) -> bytes | None:
        """What the file in the inbox says, up to a byte more than it may; None if there is none."""
        found = self._inbox.find(preset_key(name))
        if found is None or found.size == 0:
            return None if found is None else b""
        return self._inbox.read(found.key, MAX_PRESET_BYTES + 1)


class _PresetsOfAMoment(Presets):
    """Looks for each preset once, so that many wishes at once cost little and all get the same version."""

    def __init__(self, inbox: Inbox, archive: PresetArchive) -> None:
        super().__init__(inbox, archive)
        self._found: dict[tuple[str, str | None], PresetFile] = {}
        self._contents: dict[str, bytes | None] = {}
        self._kept: set[PresetFile] = set()

    def get(self, name: str, version: str | None = None) -> PresetFile:
        if (name, version) not in self._found:
            self._found[name, version] = super().get(name, version)
        return self._found[name, version]

    def _content(self, name: str) -> bytes | None:
        if name not in self._contents:
            self._contents[name] = super()._content(name)
        return self._contents[name]

    def keep(self, file: PresetFile) -> None:
        if file not in self._kept:
            super().keep(file)
            self._kept.add(file)


def _shipped_names() -> list[str]:
    files = resources.files("plantain").joinpath("shipped_presets").iterdir()
    return [file.name.removesuffix(ENDING) for file in files if file.name.endswith(ENDING)]


def _shipped(name: str) -> bytes | None:
    if name not in _shipped_names():
        return None
    return resources.files("plantain").joinpath("shipped_presets", f"{name}{ENDING}").read_bytes()


@cache
def presets() -> Presets:
    """The configured presets, reached at first use."""
    return Presets(inbox(), preset_archive())


def presets_of_a_moment() -> Presets:
    """The presets as they are found from now on: each is looked for once."""
    return _PresetsOfAMoment(inbox(), preset_archive())
