"""`python -m tools COMMAND`: development and demonstration tools. The commands are in `tools/commands/`."""

import os
import pkgutil
import sys
from importlib import import_module

import django

from tools import commands


def main(words: list[str]) -> None:
    names = sorted(each.name for each in pkgutil.iter_modules(commands.__path__))
    name = next(iter(words[1:]), "")
    if name not in names:
        sys.exit(f"usage: python -m tools {{{','.join(names)}}} [options]")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ims.settings")
    django.setup()
    import_module(f"tools.commands.{name}").Command().run_from_argv(words)


if __name__ == "__main__":
    main(["python -m tools", *sys.argv[1:]])
