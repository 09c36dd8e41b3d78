"""`hookline` with all that any of its commands imports, for tests/warm.py."""

from importlib import import_module
from pkgutil import iter_modules

import local.commands
from local.cli import main

__all__ = ["main"]

for found in iter_modules(local.commands.__path__, "local.commands."):
    import_module(found.name)
