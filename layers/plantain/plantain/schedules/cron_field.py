"""One field of a cron, and what each of the six may hold: `1,5-7,10/5`, `MON-FRI`, `*`."""

import re
from dataclasses import dataclass

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
FIRST_YEAR, LAST_YEAR = 1970, 2199

_PART = re.compile(r"(?P<first>\*|\w+)(-(?P<last>\w+))?(/(?P<step>\d{1,4}))?")


class BadExpression(ValueError):
    """Its text is a clause for a person."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field: what it is called, what its numbers may be, and the words for them, from the lowest on."""

    name: str
    low: int
    high: int
    words: tuple[str, ...] = ()

    def values(self, text: str) -> frozenset[int]:
        """The numbers that `1,5-7,10/5,*` stands for. Raises BadExpression."""
        return frozenset(number for part in text.split(",") for number in self._of_part(part))

    def number(self, text: str) -> int:
        """One number or word. Raises BadExpression."""
        if text in self.words:
            return self.words.index(text) + self.low
        if not re.fullmatch(r"[0-9]{1,4}", text) or not self.low <= int(text) <= self.high:
            words = f" or {self.words[0]}-{self.words[-1]}" if self.words else ""
            raise BadExpression(f"its {self.name} must be {self.low}-{self.high}{words}, not {text[:20]}")
        return int(text)

    def _of_part(self, part: str) -> range:
        found = _PART.fullmatch(part)
        if found is None or (found["first"] == "*" and found["last"]):
            raise BadExpression(f"its {self.name} cannot be read: {part[:20] or 'nothing stands there'}")
        whole = found["first"] == "*"
        first = self.low if whole else self.number(found["first"])
        last = self.high if whole or (found["step"] and not found["last"]) else first
        last = self.number(found["last"]) if found["last"] else last
        step = int(found["step"] or 1)
        if not step or last < first:
            raise BadExpression(f"its {self.name} {part} must go upwards")
        return range(first, last + 1, step)


MINUTE, HOUR = Field("minute", 0, 59), Field("hour", 0, 23)
DAY, WEEKDAY = Field("day-of-month", 1, 31), Field("day-of-week", 1, 7, DAYS)
MONTH, YEAR = Field("month", 1, 12, MONTHS), Field("year", FIRST_YEAR, LAST_YEAR)
