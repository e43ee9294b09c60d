"""Goes through a caller's tasks page by page."""

from plantain_client.exchange import Operation
from plantain_client.operations import list_page
from plantain_client.task import State, Task

LARGEST_PAGE = 100


class Pages:
    """What is left to list: `limit` tasks at most, all of them without one."""

    def __init__(self, state: State | None, limit: int | None) -> None:
        self._state, self._left = state, limit
        self._cursor: str | None = None
        self.more = limit is None or limit > 0

    def next(self) -> Operation[tuple[Task, ...]]:
        """The next page. It may be empty although there are more: a rare state is searched for in steps."""
        size = LARGEST_PAGE if self._left is None else min(self._left, LARGEST_PAGE)
        page = yield from list_page(limit=size, cursor=self._cursor, state=self._state)
        self._cursor = page.cursor
        if self._left is not None:
            self._left -= len(page.tasks)
        self.more = self._cursor is not None and (self._left is None or self._left > 0)
        return page.tasks
