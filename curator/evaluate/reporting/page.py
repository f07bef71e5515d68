"""report.html: one file that needs nothing else, to look at offline, to print and to send on."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from curator.evaluate.evaluation import Evaluation
from curator.evaluate.fairness.tainted import how_held_out
from curator.evaluate.figures import METRICS, shown, shown_difference, unit_of_difference
from curator.evaluate.reporting import made as making
from curator.evaluate.reporting import plots, sections
from curator.evaluate.reporting.explorer import explore
from curator.evaluate.reporting.made import Made
from curator.evaluate.reporting.tables import Table
from curator.evaluate.scores import HEADLINE
from curator.evaluate.scoring.forgetting import Forgetting
from curator.evaluate.verdict import p_shown
from curator.records import Row
from curator.text import visible, visible_line

HEAT = 9
"""Shades of a coloured table."""

_FIXED = "\u00a0"
_FOLDER = Path(__file__).parent
_NUMBER = re.compile(r"(p [<=] )?[-−+]?\d[\d.,]*( |$|%)|[–-]$|$")
_INTERVAL = re.compile(r"\(.*\)")
_SIGNS = {"worth it": "✓", "undecided": "?", "not worth it": "✗"}


class Tile(NamedTuple):
    """A figure that is seen first."""

    name: str
    """What it is."""
    value: str
    """The figure, large."""
    note: str = ""
    """What belongs to it, small."""


def title_of(evaluation: Evaluation) -> str:
    """The heading of a report."""
    return f"Evaluation of {evaluation.names.run}" if evaluation.names.run else "Evaluation"


def render(evaluation: Evaluation, test_rows: Sequence[Row], made: Made) -> str:
    """The page. What comes from data is escaped, and the page's own policy forbids every request."""
    style, script = (_source(name) for name in ("page.css", "page.js"))
    lead, sentence = _led(evaluation)
    return str(
        _environment()
        .get_template("page.html.jinja")
        .render(
            title=title_of(evaluation),
            names=evaluation.names,
            style=style,
            script=script,
            policy=_policy(style, script),
            outcome=evaluation.verdict.outcome,
            sign=_SIGNS[evaluation.verdict.outcome],
            lead=lead,
            sentence=sentence,
            tiles=_tiles(evaluation, made),
            sections=sections.of(evaluation, made),
            forests={
                "systems": plots.systems(evaluation),
                "gains": plots.differences(evaluation),
                "curve": plots.curve(made),
            },
            charts={"calibration": plots.reliability(evaluation), "losses": plots.losses(made)},
            explorer=explore(evaluation, test_rows),
            facts=making.two_columns(made.facts),
        )
    )


def numeric(table: Table) -> set[int]:
    """The columns that hold nothing but numbers, under a head that says of what."""
    body = table[1:]
    return {
        place
        for place in range(1, len(table[0]))
        if table[0][place] and all(_NUMBER.match(line[place]) for line in body)
    }


def shades(table: Table) -> list[list[int]]:
    """How dark each count of a matrix is, 0 to 9: its share of the line."""
    found = []
    for line in table[1:]:
        counts = [int(count) for count in line[1:]]
        most = sum(counts) or 1
        found.append([-(-HEAT * count // most) for count in counts])
    return found


def _environment() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_written,
    )
    environment.filters |= {"numeric": numeric, "shades": shades, "short": _short, "unbroken": _unbroken}
    return environment


def _written(value: Any) -> Any:
    """Text as UTF-8 can hold it, without controls; what is markup already stays."""
    return visible(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _short(text: str, width: int = 300) -> str:
    """One line of a text, cut where it is longer."""
    return visible_line(text, width)


def _unbroken(figure: str) -> str:
    """A figure that breaks before its interval and nowhere else."""
    return _INTERVAL.sub(lambda found: found[0].replace(" ", _FIXED), figure).replace(" %", f"{_FIXED}%")


def _source(name: str) -> Any:
    from markupsafe import Markup

    return Markup((_FOLDER / name).read_text(encoding="utf-8"))


def _policy(style: str, script: str) -> str:
    """A Content-Security-Policy: this style, this script, no request whatsoever."""
    hashes = [
        base64.b64encode(hashlib.sha256(part.encode()).digest()).decode("ascii") for part in (style, script)
    ]
    return (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _led(evaluation: Evaluation) -> tuple[str, str]:
    """The first words of the verdict, and what gives the reason."""
    lead, colon, rest = evaluation.verdict.sentence.partition(": ")
    if not colon:
        lead, rest = evaluation.verdict.outcome, evaluation.verdict.sentence
    return lead[:1].upper() + lead[1:], rest[:1].upper() + rest[1:]


def _tiles(evaluation: Evaluation, made: Made) -> list[Tile]:
    metric = HEADLINE[evaluation.kind][0]
    gain, title = evaluation.gain, METRICS[metric].title
    before, after = (shown(metric, evaluation.systems[name][metric]) for name in ("base", "tuned"))
    low, high, amount = (shown_difference(metric, end) for end in (gain.low, gain.high, gain.difference))
    unit = unit_of_difference(metric) if METRICS[metric].unit == "percent" else ""
    tiles = [
        Tile(title, f"{before} → {after}".replace(" %", f"{_FIXED}%"), "base model → tuned model"),
        Tile(
            "difference",
            amount + unit,
            f"95 % interval {low} to {high}; {p_shown(gain.p).replace(' ', _FIXED)}",
        ),
        Tile("held-out rows", f"{evaluation.n:,}", how_held_out(evaluation.contamination)),
    ]
    if evaluation.general is not None:
        tiles.append(_general(evaluation.general))
    if "time" in made.cost:
        tiles.append(Tile("tuning took", made.cost["time"], made.cost.get("money", made.cost["memory"])))
    return tiles


def _general(found: Forgetting) -> Tile:
    share = f"{100 * abs(found.share):.1f} %"
    if found.change == "same":
        return Tile("general text", "as it was", f"{100 * found.share:+.1f} % bits per byte")
    if found.change == "better":
        return Tile("general text", f"{share} easier", "in bits per byte")
    return Tile("general text", f"{share} harder", "in bits per byte: it forgot something")
