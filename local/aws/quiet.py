"""Keeps ministack's log away from the terminal and from the host program's own logging."""

import contextlib
import logging
import sys
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def root_logger_untouched() -> Iterator[None]:
    """While it is imported, ministack calls logging.basicConfig and logs; take the one back, hold the other."""
    root = logging.getLogger()
    handlers, level, disabled = list(root.handlers), root.level, root.manager.disable
    logging.disable(logging.ERROR)
    try:
        yield
    finally:
        logging.disable(disabled)
        for handler in root.handlers[:]:
            if handler not in handlers:
                root.removeHandler(handler)
        root.setLevel(level)


def silence(log_file: Path | None) -> list[logging.Handler]:
    """Send what every imported ministack module logs to a file, or nowhere. Returns handlers to close."""
    handler = logging.FileHandler(log_file, delay=True) if log_file else logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    # Their loggers have plain names such as "scheduler": they are found through the modules that hold them.
    modules = [module for name, module in sys.modules.items() if name.split(".")[0] == "ministack"]
    values = {id(value): value for module in modules for value in vars(module).values()}.values()
    loggers = [value for value in values if isinstance(value, logging.Logger)]
    for logger in (*loggers, logging.getLogger("hypercorn.error")):
        if logger.name != "root":
            logger.handlers = [handler]
            logger.propagate = False
    return [handler]
