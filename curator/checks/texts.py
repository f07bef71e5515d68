"""Checks that look inside one text, each with its detector, and the repair of those where it is safe."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from importlib import import_module
from types import ModuleType
from typing import Any

from curator.checks.base import Check, Context, Inspector, Profile
from curator.checks.detectors.spans import Span, cut
from curator.checks.item import Item, Part, with_parts
from curator.store.findings import Finding, Severity


class _Detector:
    """A module of `detectors`, loaded when it is first asked: its patterns take a while to compile."""

    def __init__(self, name: str) -> None:
        self._name = name

    def spans(self, item: Item, part: Part) -> Iterable[Span]:
        """Where in a part of a record something is."""
        found: Iterable[Span] = self._module.spans(part.text)
        return found

    def repaired(self, item: Item, part: Part) -> str:
        """The text of a part without it."""
        text: str = self._module.repaired(part.text)
        return text

    @cached_property
    def _module(self) -> ModuleType:
        return import_module(f"curator.checks.detectors.{self._name}")


class _Html(_Detector):
    """What the record says before a part counts: it may ask for HTML."""

    def spans(self, item: Item, part: Part) -> Iterable[Span]:
        """Where tags are, if none was asked for."""
        if "<" not in part.text and "&" not in part.text:
            return ()
        found: Iterable[Span] = self._module.spans(part.text, _before(item, part))
        return found

    def repaired(self, item: Item, part: Part) -> str:
        """The text without them."""
        text: str = self._module.repaired(part.text, _before(item, part))
        return text


class _Loops(_Detector):
    """Repetitions are cut out."""

    def repaired(self, item: Item, part: Part) -> str:
        """The text with every passage once."""
        text = part.text
        return cut(
            text, (span._replace(end=span.end + _doubled(text, span)) for span in self.spans(item, part))
        )


def _doubled(text: str, span: Span) -> int:
    """1 where a span leaves two spaces side by side."""
    before, after = text[max(span.start - 1, 0) : span.start], text[span.end : span.end + 1]
    return int(before.isspace() and after == " ")


def _check(
    check_id: str,
    title: str,
    harm: str,
    detector: _Detector,
    fix_title: str = "",
    severity: Severity = "warning",
) -> Check:
    def inspect(_: Context, __: Profile) -> Inspector:
        def look(item: Item) -> Iterable[Finding]:
            for part in item.parts:
                if found := list(detector.spans(item, part)):
                    span = (found[0].start, found[0].end)
                    yield check.finding(item, told(found), part.field, span=span)

        return look

    def fix(item: Item, _: Context) -> Mapping[str, Any]:
        new = {part.field: detector.repaired(item, part) for part in item.parts}
        changed = {
            part.field: new[part.field]
            for part in item.parts
            if new[part.field] != part.text and new[part.field].strip()
        }
        return {"fields": with_parts(item.fields, changed)} if changed else {}

    check = Check(
        check_id, title, harm, severity, inspect, fix=fix if fix_title else None, fix_title=fix_title
    )
    return check


def told(found: Sequence[Span]) -> str:
    """`e-mail address ×2, phone number`."""
    counts = Counter(span.what for span in found)
    return ", ".join(f"{what} ×{count}" if count > 1 else what for what, count in counts.items())


def _before(item: Item, part: Part) -> str:
    """What the record says before a part: it may ask for what would be a fault elsewhere."""
    earlier = item.parts[: item.parts.index(part)]
    return "\n".join(other.text for other in earlier)


MOJIBAKE = _check(
    "mojibake",
    "Letters garbled by a wrong encoding (CafÃ©)",
    "The model learns to write garbage, in tokens that no prompt will have.",
    _Detector("mojibake"),
    "decode it again as it was meant",
)
CONTROLS = _check(
    "control-characters",
    "Control characters, escape sequences, half characters",
    "They act on terminals that show the data, and teach the model to send them.",
    _Detector("controls"),
    "take them out, and make line ends of those that stand for one",
)
INVISIBLE = _check(
    "invisible-characters",
    "Invisible characters inside the text",
    "Words fall into tokens that nobody will ever type.",
    _Detector("invisible"),
    "take them out where no script or emoji needs them",
)
BIDI = _check(
    "bidi",
    "Marks that turn the reading direction",
    "What people read is not what the model learns.",
    _Detector("bidi"),
    "take them out",
)
UNICODE_FORM = _check(
    "unicode-form",
    "Letters written as base and accent (not Unicode form NFC)",
    "The same word has two spellings in tokens, and half the examples for each.",
    _Detector("unicode_form"),
    "put it into normal form C",
)
LOOKALIKES = _check(
    "lookalike-letters",
    "Latin letters inside Cyrillic words, or the other way round",
    "The word looks right and has other tokens than everywhere else.",
    _Detector("lookalikes"),
    "write each word in one script",
)
HTML = _check(
    "html-remains",
    "Tags and entities of HTML in prose",
    "The model learns to write tags into its answers.",
    _Html("html_remains"),
    "decode entities, take tags out, keep the line ends that they stand for",
)
BRACKETS = _check(
    "bracket-markup",
    "Markup in square brackets ([b]…[/b])",
    "The model learns the markup of a forum or a terminal.",
    _Detector("bracket_markup"),
    severity="info",
)
FENCES = _check(
    "open-fence",
    "A code fence that nobody closes",
    "The model learns to forget the end of its code, and all that follows is shown as code.",
    _Detector("fences"),
    "close it at the end, unless prose follows",
)
PLACEHOLDERS = _check(
    "placeholder",
    "Unfilled holes of a template ({{name}}, [insert date])",
    "The model learns to answer with holes.",
    _Detector("placeholders"),
)
END_MARKERS = _check(
    "end-marker",
    "Special tokens of chat formats inside the text",
    "The model learns to stop, or to change the speaker, in mid-answer.",
    _Detector("end_markers"),
    "take them off the beginning and the end",
)
FORMULA = _check(
    "formula",
    "Text that a spreadsheet runs as a formula",
    "Whoever opens the data in a spreadsheet runs it; exports to CSV put an apostrophe in front.",
    _Detector("formula"),
    severity="info",
)
LOOPS = _check(
    "repetition",
    "The same passage over and over",
    "The model learns to get stuck.",
    _Loops("loops"),
    "keep the passage once",
)
INJECTION = _check(
    "prompt-injection",
    "Orders to a model inside the data (ignore all previous instructions)",
    "The model learns to obey, or whoever labels with a model is misled.",
    _Detector("injection"),
)
PERSONAL = _check(
    "personal-data",
    "E-mail addresses, phone, card and document numbers, IP addresses",
    "The model may recite them to strangers, and the law may forbid to train on them.",
    _Detector("privacy"),
    "mask each by its kind ([e-mail])",
)
SECRETS = _check(
    "secret",
    "Keys, tokens and passwords",
    "The model may recite them; whoever reads the data set has them already.",
    _Detector("secrets"),
    "mask each by its kind ([API key])",
)

CHECKS = (
    MOJIBAKE, CONTROLS, INVISIBLE, BIDI, UNICODE_FORM, LOOKALIKES, HTML, FENCES, END_MARKERS, LOOPS, PERSONAL, SECRETS,
    PLACEHOLDERS, INJECTION, BRACKETS, FORMULA,
)  # fmt: skip
"""Repairs are made in this order: what was decoded wrongly first, what is masked last."""
