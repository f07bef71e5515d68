"""drift."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from curator.cli.import_commands import tell_plans
from curator.cli.output import State, emit_json, emit_table, json_option, say

if TYPE_CHECKING:
    from curator.drifting.drift import Drift

_SHOWN = 10


@click.command("drift")
@click.argument("paths", metavar="NEW_FILE...", nargs=-1, required=True)
@click.option("--format", "file_format", default="", help="Overrules detection, as for import.")
@click.option("--map", "pairs", multiple=True, metavar="FIELD=COLUMN", help="Which column holds a field.")
@click.option("--encoding", default="", help="Overrules detection: cp1251, latin-1, utf-16, …")
@click.option(
    "--rows",
    "limit",
    type=click.IntRange(min=0),
    default=_SHOWN,
    show_default=True,
    help="Rows, labels and words that are shown of each; --json has more.",
)
@json_option
@click.pass_obj
def drift_command(
    state: State,
    paths: tuple[str, ...],
    file_format: str,
    pairs: tuple[str, ...],
    encoding: str,
    limit: int,
    as_json: bool,
) -> None:
    """Compare new inputs with the training records, and say whether to label and tune again.

    Reads whatever import reads, tells which columns it takes, and stores nothing. The sentence at the end gives the
    reasons.

    \b
    Example:
      curator drift december.csv
      curator drift inbox/ --map text=message --json
    """
    from curator.drifting import gathering
    from curator.drifting.drift import drift
    from curator.formats.mapping import parse_assignments
    from curator.importing import Options

    options = Options(format=file_format, encoding=encoding, mapping=parse_assignments(pairs))
    project = state.project()
    seed = project.config.evaluate.seed
    train = gathering.training(project, seed)
    found = drift(project.config, train, gathering.new(project, paths, options, seed, tell_plans))
    if as_json:
        emit_json(_as_json(found))
        return
    _tests(found)
    _details(found, limit)
    _sides(found)
    say("")
    say(found.sentence)


def _tests(found: Drift) -> None:
    from curator.evaluate.verdict import p_shown

    rows = [
        (
            alarm.test,
            "drift" if alarm.large else "a little" if alarm.found else "–",
            f"{alarm.size:.3f}",
            p_shown(alarm.p_adjusted),
            alarm.sentence,
        )
        for alarm in found.alarms
    ]
    emit_table(("compared", "found", "size", "p, corrected", "in words"), rows)


def _details(found: Drift, limit: int) -> None:
    from curator.text import visible_line

    apart, labels = found.told_apart, found.labels
    if any(alarm.found for alarm in found.alarms if alarm.test == "told apart"):
        _listed("Words of new texts", apart.of_new, limit)
        _listed("Words of training texts", apart.of_train, limit)
    _listed("New words", [f"{word} ({count:,})" for word, count in found.vocabulary.words], limit)
    if labels is not None:
        how = (
            "as given"
            if labels.accuracy is None
            else f"as a classifier sees them, right in {labels.accuracy:.0%}"
        )
        _shares(f"Labels, {how}", labels.shares, limit)
    _shares("Languages", found.languages, limit)
    if found.strangers and limit:
        say("")
        say("", title="Out of domain")
    for place, text in found.strangers[:limit]:
        say(f"  {visible_line(place)}: {visible_line(text, 100)}")


def _listed(title: str, words: Any, limit: int) -> None:
    from curator.text import visible_line

    if words and limit:
        say("")
        say(f": {', '.join(visible_line(word, 40) for word in words[:limit])}", title=title)


def _shares(title: str, shares: Any, limit: int) -> None:
    from curator.text import visible_line

    if not limit:
        return
    say("")
    say("", title=title)
    for share in shares[:limit]:
        say(f"  {visible_line(share.name, 60)}: {share.train:.1%} in training, {share.new:.1%} now")


def _sides(found: Drift) -> None:
    """What was compared with what."""
    from curator.text import plural

    say("")
    records = "all records, for there is no split yet" if found.whole else "the training records"
    say(f"Compared {plural(found.new, 'new row')} with {records} ({found.train:,}).")
    if found.looked_at != (found.train, found.new):
        say(f"Looked at {found.looked_at[1]:,} of the rows and {found.looked_at[0]:,} of the records.")
    if found.passed_over:
        say(f"{plural(found.passed_over, 'row')} could not be read, or had no text.")
    if found.known:
        say(f"{plural(found.known, 'new text')} stand in the training records word for word.")


def _as_json(found: Drift) -> dict[str, Any]:
    document = found.model_dump(mode="json")
    document["alarms"] = [alarm._asdict() for alarm in found.alarms]
    for name in ("told_apart", "vocabulary", "lengths"):
        document[name] = getattr(found, name)._asdict()
    document["languages"] = [share._asdict() for share in found.languages]
    document["strangers"] = [one._asdict() for one in found.strangers]
    if found.labels is not None:
        document["labels"]["shares"] = [share._asdict() for share in found.labels.shares]
    return document
