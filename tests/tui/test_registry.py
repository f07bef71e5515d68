"""What the terminal UI can do, the command line can do too."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import get_args

import curator.tui
import pytest
from curator.tui.bulk import menu
from textual.binding import Binding

from curator.cli.main import COMMANDS, cli
from curator.cli.records_commands import ORDERS
from curator.store.queues import Order

ON_THE_SCREEN = "moves about the screen and changes nothing"
COMMAND_OF = {
    "app.help": "--help",
    "browse.accept": "accept --query",
    "browse.reject": "reject --query",
    "browse.flag": "flag --query",
    "browse.put": "label --query",
    "browse.tag": "tag --add --remove --query",
    "browse.replace": "replace --query",
    "browse.delete": "delete --query",
    "browse.edit": "edit --set",
    "browse.history": "show",
    "browse.sort": "list --sort",
    "browse.filter": "list",
    "browse.undo": "undo",
    "browse.redo": "redo",
    "checks.run": "check",
    "checks.open": "list",
    "checks.repair": "fix --dry-run",
    "checks.suppress": "suppress --reason --lift",
    "checks.undo": "undo",
    "edit.save": "edit --set",
    "edit.label": "edit --set",
    "edit.addturn": "edit --set",
    "edit.removeturn": "edit --set",
    "edit.role": "edit --set",
    "export.write": "export --format --query",
    "home.new": "init --kind --labels --model",
    "home.open": "-C",
    "home.elsewhere": "-C",
    "import.bring": "import --format --map --encoding --dry-run",
    "import.rejects": "rejects",
    "import.undo": "undo",
    "rejects.retry": "rejects --retry",
    "rejects.map": "rejects --retry --map",
    "label.accept": "accept",
    "label.reject": "reject",
    "label.flag": "flag",
    "label.trim": "replace --regex",
    "label.take": "suggest",
    "label.find": "label",
    "label.edit": "edit --set",
    "label.undo": "undo",
    "label.redo": "redo",
    "label.order": "list --sort",
    "new.make": "init --kind --labels --model",
    "results.figures": "report",
    "results.confusions": "report",
    "results.rows": "report",
    "results.open": "show",
    "results.evaluate": "evaluate",
    "split.split": "split",
    "split.fresh": "split --fresh",
    "split.freeze": "split --freeze",
    "split.undo": "undo",
    "split.export": "export",
    "split.windows": "show --windows",
    "train.start": "train",
    "train.estimate": "estimate",
    "train.stop": "stop",
    "train.resume": "train --resume",
    "windows.keep": "show --windows",
}
"""Action of the terminal UI to the command, with its options, that does the same."""
ONLY_HERE = {
    "browse.filters": "saved filters live in curator.toml; the shell has its own history",
    "browse.save": "saved filters live in curator.toml; the shell has its own history",
    "checks.cancel": "Ctrl-C",
    "edit.external": "the text of `edit --set` comes from wherever the shell takes it",
    "home.forget": "forgets a line of the list of projects, which only the terminal UI has",
}
MENU = {
    "accepted": "accept",
    "rejected": "reject",
    "flagged": "flag",
    "new": "reset",
    "label": "label",
    "tag": "tag --add",
    "untag": "tag --remove",
    "replace": "replace",
    "suppress": "suppress",
    "delete": "delete",
    "restore": "restore",
    "edit": "edit",
    "history": "show",
}
MOVES = (
    *("app", "ask", "confirm", "help", "history", "jump", "pick", "replace", "grid", "files"),
    *(
        f"{page}.{way}"
        for page in ("import", "new", "windows", "export")
        for way in ("next", "previous", "path")
    ),
    *("browse.label", "browse.menu", "browse.checks", "browse.escape", "browse.quit", "results.filter"),
    *("label.next", "label.back", "train.form"),
)


def actions() -> Iterator[str]:
    for module in pkgutil.walk_packages(curator.tui.__path__, "curator.tui."):
        loaded = importlib.import_module(module.name)
        for value in vars(loaded).values():
            if isinstance(value, type) and value.__module__ == loaded.__name__:
                for binding in value.__dict__.get("BINDINGS", ()):
                    if isinstance(binding, Binding) and binding.id:
                        yield binding.id


def only_moves(action: str) -> bool:
    return action.endswith(".leave") or any(action == way or action.startswith(f"{way}.") for way in MOVES)


def test_every_action_has_its_command():
    found = {action for action in actions() if not only_moves(action)}
    assert found - COMMAND_OF.keys() - ONLY_HERE.keys() == set()
    assert COMMAND_OF.keys() - set(actions()) == set(), "actions that are gone"


def test_every_choice_of_the_bulk_menu_has_its_command():
    assert {choice.value for kind in ("classification", "text") for choice in menu(kind, True)} == set(MENU)


@pytest.mark.parametrize("words", sorted({*COMMAND_OF.values(), *MENU.values()}))
def test_the_command_exists_with_its_options(words):
    name, *options = words.split()
    if name.startswith("-"):
        assert any(name in parameter.opts for parameter in cli.params) or name == "--help"
        return
    assert name in COMMANDS
    command = cli.get_command(None, name)  # type: ignore[arg-type]
    known = {option for parameter in command.params for option in parameter.opts}
    assert set(options) <= known


def test_the_orders_of_the_list_are_those_of_the_store():
    assert set(ORDERS) == set(get_args(Order))
