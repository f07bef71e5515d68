"""The entry point: finds the command, and turns every failure into a line and an exit code."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import Any, NamedTuple

import click

from curator.cli.output import ExitCode, State, complain, say

_WELCOME = """\
Curator turns raw examples into a fine-tuned model with an honest score.

  curator demo                                   see the whole way once, offline
  curator init my-project --kind classification  begin your own
  cd my-project
  curator import FILE                            bring your examples in
  curator check                                  see what would ruin the tuning
  curator split                                  hold a test set out
  curator train                                  tune, score, and read the verdict

`curator --help` lists every command."""


class Entry(NamedTuple):
    """A command that is imported when it is called, so that `--help` stays instant."""

    module: str
    help: str


COMMANDS: dict[str, Entry] = {
    "init": Entry("project_commands", "Make a new project."),
    "import": Entry("import_commands", "Read files into the project."),
    "rejects": Entry("import_commands", "Show what could not be read, or try it again."),
    "stats": Entry("project_commands", "Count the records."),
    "list": Entry("records_commands", "List records."),
    "show": Entry("records_commands", "Show one record with its findings and history."),
    "edit": Entry("records_commands", "Set fields of a record."),
    "label": Entry("records_commands", "Put records under a label."),
    "accept": Entry("records_commands", "Accept records."),
    "reject": Entry("records_commands", "Reject records: they are not exported."),
    "flag": Entry("records_commands", "Set records aside for a second look."),
    "reset": Entry("records_commands", "Take decisions back: as if nobody had looked."),
    "delete": Entry("records_commands", "Delete records; restore brings them back."),
    "restore": Entry("records_commands", "Bring deleted records back."),
    "tag": Entry("bulk_commands", "Put free marks on records, or take them off."),
    "replace": Entry("bulk_commands", "Find and replace in the texts of records."),
    "suggest": Entry("bulk_commands", "Suggest labels from the decisions made so far."),
    "undo": Entry("journal_commands", "Take back the last steps."),
    "redo": Entry("journal_commands", "Do undone steps again."),
    "log": Entry("journal_commands", "Show the journal of changes."),
    "check": Entry("checks_commands", "Find what would harm a fine-tune."),
    "fix": Entry("checks_commands", "Repair what checks find, where that is safe."),
    "suppress": Entry("checks_commands", "Say with a reason that a finding is no fault."),
    "split": Entry("splits_commands", "Divide the records into train, validation and test."),
    "export": Entry("export_commands", "Write the split records as files."),
    "push": Entry("export_commands", "Upload an export or a model to the Hugging Face hub."),
    "estimate": Entry("estimate_command", "Tell what a run needs and costs before it starts."),
    "train": Entry("training_commands", "Tune the model and score it on the test set."),
    "stop": Entry("training_commands", "Let a run finish its step, save and end."),
    "try": Entry("training_commands", "Ask a tuned model."),
    "evaluate": Entry("evaluation_commands", "Score base, rivals and tuned model on the test set."),
    "report": Entry("evaluation_commands", "Write and show the report of a run."),
    "compare": Entry("compare_command", "Compare two tuned models on the same test rows."),
    "curve": Entry("curve_command", "Tune on parts of the data, and say what more would bring."),
    "drift": Entry("drift_command", "Compare new inputs with the training records."),
    "serve": Entry("serve_commands", "Show the terminal UI in a browser on this machine."),
    "merge": Entry("merge_commands", "Merge an adapter into its base model."),
    "gguf": Entry("release_commands", "Write a tuned model for llama.cpp and Ollama."),
    "doctor": Entry("setup_commands", "Show what this machine has for Curator."),
    "schema": Entry("setup_commands", "Print a JSON Schema."),
    "demo": Entry("setup_commands", "Walk the whole way on the bundled samples."),
}


class LazyGroup(click.Group):
    """A group that knows its commands' names and imports them one by one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which they are used."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module = importlib.import_module(f"curator.cli.{entry.module}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The listing, without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """An unknown command is answered with its nearest kin."""
        if args and args[0] not in COMMANDS:
            from curator.text import nearest

            raise click.UsageError(f"There is no command {args[0]!r}. {nearest(args[0], COMMANDS)}", ctx)
        return super().resolve_command(ctx, args)


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "-C",
    "directory",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=".",
    help="Work on the project in this folder.",
)
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.version_option(package_name="curator-sft", prog_name="curator")
@click.pass_context
def cli(context: click.Context, directory: Path, debug: bool) -> None:
    """From raw examples to a fine-tuned model with an honest score.

    \b
    Example:
      curator init tickets --kind classification
      curator -C tickets import tickets.csv
      curator -C tickets train
    """
    context.obj = State(directory=directory, debug=debug)
    if context.invoked_subcommand is None:
        context.exit(_open(context.obj))


def _open(state: State) -> int:
    """The terminal UI on the project here, or the choice of one; the way in where there is no terminal."""
    from curator.errors import NotFound

    served = "TEXTUAL_DRIVER" in os.environ
    if not (served or (sys.stdin.isatty() and sys.stdout.isatty())):
        say(_WELCOME)
        return ExitCode.DONE
    try:
        root = state.project().root
    except NotFound:
        root = None
    from curator.tui.app import run as run_ui

    return int(run_ui(root, state.directory.resolve(), state.debug))


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: list[str]) -> int:
    """Run the command line; returns the exit code instead of leaving."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    debug = "--debug" in arguments
    try:
        result: Any = cli.main(arguments, prog_name="curator", standalone_mode=False)
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.Abort:
        return _interrupted()
    except click.ClickException as error:
        error.show()
        return ExitCode.USAGE if isinstance(error, click.UsageError) else ExitCode.ERROR
    except KeyboardInterrupt:
        return _interrupted()
    except (BrokenPipeError, SystemExit):
        # The reader of a pipe (head, less) has seen enough; click answers that with SystemExit.
        return ExitCode.DONE
    except Exception as error:
        return complain(error, debug)
    return result if isinstance(result, int) else ExitCode.DONE


def _interrupted() -> int:
    say("Interrupted; everything that was reported as done is saved.")
    return ExitCode.INTERRUPTED
