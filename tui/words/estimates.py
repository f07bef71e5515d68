"""What is told about a setting and about a run before it starts."""

from __future__ import annotations

from typing import NamedTuple

from textual.content import Content

from curator.config import TrainSettings
from curator.evaluate.figures import shown_difference, unit_of_difference
from curator.records import SPLITS

from .. import marks
from ..display import block, line
from ..language import _
from ..links.runs import MODEL, Outlook, clock, steps_of, with_replay, written
from ..widgets.model_form import ModelForm

_NAMED = 5
_KEY = 17
_Part = Content | str | tuple[str, str]


class Known(NamedTuple):
    """What is known about the next run."""

    sides: dict[str, int] | None = None
    """Records on each side of the split; empty before the first split, nothing while they are counted."""
    settings: TrainSettings | None = None
    """The settings as they stand in the form, if nothing is wrong with them."""
    texts: dict[str, str] = {}
    """The lines of the form that the plan hangs on, as they stand now."""
    plan: Outlook | None = None
    """What was found when the records were read as the model will."""
    planned_for: dict[str, str] = {}
    """The lines that the plan was made for."""
    is_being_made: bool = False
    """A plan is under way."""
    problem: str = ""
    """Why there is no plan."""
    remedy: str = ""
    """What to do about it."""


def field_words(form: ModelForm, name: str, problem: str) -> Content:
    """What a line of the form is, what it is by default, and what is wrong with it."""
    own = {
        "name": _("How the run is called. Letters, digits, dots and dashes; a folder of this name is made."),
        MODEL: _(
            "The model to tune: bundled (the small one that comes along), a folder, or owner/name on the hub."
        ),
    }
    default = form.default_of(name)
    parts: list[_Part] = [(name.replace("_", " ") + "\n", "bold"), own.get(name, form.help_of(name)), "\n"]
    if default is not None and written(default):
        parts.append((_("By default {value}.").format(value=_(written(default))) + "\n", "dim"))
    if problem:
        parts += [(f"{marks.sign('error')} ", "bold $text-error"), block(problem).stylize("bold $text-error")]
    return Content.assemble(*parts)


def estimate_words(known: Known, kind: str) -> Content:
    """Everything that can be told about the next run now."""
    parts: list[_Part] = [(_("Before the start") + "\n", "bold")]
    if known.plan is not None:
        parts += _plan_parts(known.plan, known)
    else:
        parts += _side_parts(known, kind)
    if known.problem:
        parts += ["\n", (f"{marks.sign('error')} ", "bold $text-error"), block(known.problem), "\n"]
        parts += [block(known.remedy), "\n"]
    return Content.assemble(*parts, "\n", (_hint(known), "dim"))


def _hint(known: Known) -> str:
    if known.is_being_made:
        return _("Reading the records, then trying a few steps …")
    if known.plan is None:
        return _("ctrl+t tells tokens, rows that are too long, memory and time. ctrl+s starts.")
    if known.planned_for != known.texts:
        return _("What it hangs on was changed: ctrl+t tells it anew.")
    return _("ctrl+s starts.")


def _side_parts(known: Known, kind: str) -> list[_Part]:
    if known.sides is None:
        return [_("counting …"), "\n"]
    if not known.sides:
        return [
            _("The records are not split yet; the start splits them by the settings of the project."),
            "\n",
        ]
    named = {"train": _("training"), "validation": _("validation"), "test": _("test")}
    parts = [_pair(named[side], _count(known.sides.get(side, 0), _("records"))) for side in SPLITS]
    if known.settings is not None and kind != "text" and not known.settings.mix:
        rows = with_replay(known.sides.get("train", 0), known.settings.replay)
        steps = steps_of(rows, known.settings)
        parts.append(_pair(_("steps"), _("about {n}").format(n=f"{steps:,}")))
    return [*parts]


def _plan_parts(plan: Outlook, known: Known) -> list[_Part]:
    settings = known.settings
    steps = steps_of(plan.rows, settings) if settings is not None else plan.steps
    parts = [
        _pair(_("training rows"), f"{plan.rows:,}"),
        *(
            _pair(_("from elsewhere"), _("{n} of {name}").format(n=f"{origin.rows:,}", name=origin.name))
            for origin in plan.origins[1:]
        ),
        _pair(_("validation rows"), f"{plan.validation:,}"),
        _pair(_("too long"), _left_out(plan)),
        _pair(
            _("longest row"),
            _("{n} of {limit} tokens").format(n=f"{plan.longest:,}", limit=f"{plan.limit:,}"),
        ),
        _pair(_("one pass"), _("{n} tokens").format(n=f"{plan.tokens:,}")),
        _pair(_("of them learned"), f"{plan.learned:,}"),
        _pair(_("steps"), f"{steps:,}"),
        _pair(_("device"), plan.device),
        *_memory_parts(plan),
        *_time_parts(plan, steps / max(plan.steps, 1)),
        *_test_parts(plan),
    ]
    if plan.control_tokens:
        ids = ", ".join(plan.control_tokens[:_NAMED])
        parts.append(_pair(_("control tokens"), _("spelled in rows {ids}").format(ids=ids)))
    return [*parts]


def _memory_parts(plan: Outlook) -> list[Content]:
    memory = plan.memory
    needed = f"{memory.total_bytes / 2**30:.1f}"
    if memory.free_bytes is None:
        return [_pair(_("memory"), f"{needed} GiB")]
    free = f"{memory.free_bytes / 2**30:.1f}"
    told = [_pair(_("memory"), _("{needed} of {free} GiB").format(needed=needed, free=free))]
    if not memory.fits:
        instead = ", ".join(memory.instead) or _("a smaller model")
        told.append(_pair(_("would fit"), instead).stylize("$text-error"))
    return told


def _time_parts(plan: Outlook, share: float) -> list[Content]:
    """Time and cost, if a run of other steps would be so much longer."""
    if plan.time is None:
        if plan.memory.fits is False:
            return [_pair(_("time"), _("not measured, for it does not fit"))]
        return [_pair(_("time"), _("not measured, for one process cannot hold all of it"))]
    start = plan.time.startup_seconds
    seconds = start + (plan.time.total_seconds - start) * share
    told = [_pair(_("time"), _("{time}, then scoring").format(time=clock(seconds)))]
    if plan.price_per_hour is not None:
        told.append(_pair(_("cost"), f"{seconds / 3600 * plan.price_per_hour:.2f}"))
    return told


def _test_parts(plan: Outlook) -> list[Content]:
    """The smallest gain that the test records can show."""
    smallest = plan.smallest_gain
    if smallest.gain is None:
        few = smallest.discordant is not None
        return [_pair(_("smallest gain"), _("too few test rows") if few else _("known after a first run"))]
    amount = shown_difference(smallest.metric, smallest.gain)
    unit = _(unit_of_difference(smallest.metric).strip())
    return [_pair(_("smallest gain"), f"{amount} {unit}")]


def _left_out(plan: Outlook) -> str:
    if not plan.dropped:
        return _("none")
    ids = ", ".join(row.id for row in plan.dropped[:_NAMED]) + (" …" if len(plan.dropped) > _NAMED else "")
    return _("{n} left out: {ids}").format(n=f"{len(plan.dropped):,}", ids=ids)


def _pair(name: str, value: str) -> Content:
    return Content.assemble(f"{name:<{_KEY}}", line(value, 200), "\n")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}"
