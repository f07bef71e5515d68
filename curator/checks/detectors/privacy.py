"""Personal data that a model would learn by heart: addresses, phone numbers, accounts, documents.

An anchored scan: `@` and rows of digits are looked for first, and only what stands around them is read closely.
Numbers count when their form, their check digits or the words before them leave little doubt.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from ipaddress import IPv6Address, ip_address
from operator import attrgetter

from curator.checks.detectors import identifiers
from curator.checks.detectors.anchors import has_digit
from curator.checks.detectors.spans import Span, replaced, settled

_MASKS = {
    "e-mail address": "[e-mail]",
    "phone number": "[phone]",
    "card number": "[card]",
    "IBAN": "[IBAN]",
    "IP address": "[IP address]",
    "Russian passport": "[passport]",
    "SNILS": "[SNILS]",
    "INN": "[INN]",
    "US social security number": "[SSN]",
    "Chinese identity number": "[identity number]",
}
_LOCAL = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._%+-"
_LABEL = "[A-Za-z0-9а-яёА-ЯЁ](?:[A-Za-z0-9а-яёА-ЯЁ-]{0,61}[A-Za-z0-9а-яёА-ЯЁ])?"
_DOMAIN = re.compile(
    rf"(?:{_LABEL}\.){{1,6}}(?:[a-z]{{2,24}}|[A-Z]{{2,24}}|рф|рус|москва|онлайн|сайт|бел|укр)(?![A-Za-z0-9])"
)
_FILE = re.compile(r"\.(?:png|jpe?g|gif|svg|webp|js|css|py|html?)$", re.IGNORECASE)

_DIGITS = re.compile("[0-9](?:[ \u00a0().\\-–]{0,2}[0-9]){6,}")
"""Seven digits or more with no more than two separators between them."""
_BEFORE_IN_SUM = re.compile(r"(?:[=*/×÷]|[0-9]\s?[-−+])\s*$")
_AFTER_IN_SUM = re.compile(r"\s*(?:[=*×÷]|[-−+]\s?[0-9]|\n\s*-{3})")
_GAP = "[ \u00a0.–-]?"
_PHONES = (
    re.compile("(?<![A-Za-z0-9_+])\\+[1-9](?:[ \u00a0().\\-–]{0,2}[0-9]){7,12}(?![0-9])"),
    re.compile(
        rf"(?<![A-Za-z0-9_.+/-])[87]{_GAP}\(?[3489][0-9]{{2}}\)?{_GAP}[0-9]{{3}}{_GAP}[0-9]{{2}}{_GAP}[0-9]{{2}}(?![0-9])"
    ),
    re.compile(
        r"(?<![A-Za-z0-9_.+/-])(?:1[ .-])?(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}(?P<gap>[.-]))"
        r"[2-9][0-9]{2}(?(gap)(?P=gap)|[ .-])[0-9]{4}(?![0-9])"
    ),
)
_CHINESE_MOBILE = re.compile(r"(?<![0-9A-Za-z.+-])1[3-9][0-9](?P<gap>[ -]?)[0-9]{4}(?P=gap)[0-9]{4}(?![0-9])")
_NUMBERED = re.compile(
    r"(?:договор\w*|заказ\w*|сч[её]т\w*|полис\w*|заявк\w*|№|\b(?:contract|order|invoice|ticket|policy|id)|合同|订单)"
    r"(?: ?(?:number|no|номер|号))?[\s.:：=#№]{0,3}$",
    re.IGNORECASE,
)
"""Words before a number that is no telephone's."""
_CALLED = re.compile(
    r"(?:\b(?:phone|tel|telephone|mobile|cell|whatsapp|fax)\b|\b(?:тел|телефон\w*|факс|моб|звоните)\b|电话|手机|微信|传真|電話)"
    r"(?: ?(?:number|no|is|номер|号码|号|是|为))?[\s.:：=#№]{0,3}$",
    re.IGNORECASE,
)
_CALLABLE = re.compile("\\(?[0-9](?:[ \u00a0().\\-–]{0,2}[0-9]){6,14}(?![0-9])")
_CARD = re.compile(
    r"(?<![A-Za-z0-9_.-])(?:[0-9]{4}(?P<gap>[ -]?)[0-9]{4}(?P=gap)[0-9]{4}(?P=gap)[0-9]{1,7}"
    r"|3[47][0-9]{2}(?P<space>[ -]?)[0-9]{6}(?P=space)[0-9]{5})(?![0-9])"
)
_SNILS = re.compile(r"(?<![0-9])[0-9]{3}-[0-9]{3}-[0-9]{3}[ -][0-9]{2}(?![0-9])|(?<![0-9])[0-9]{11}(?![0-9])")
_INN = re.compile(r"(?<![0-9])(?:[0-9]{12}|[0-9]{10})(?![0-9])")
_PASSPORT = re.compile(r"(?<![0-9])[0-9]{2} ?[0-9]{2}[ №n-]{0,3}[0-9]{6}(?![0-9])")
_RESIDENT = re.compile(r"(?<![0-9A-Za-z])[1-9][0-9]{16}[0-9Xx](?![0-9A-Za-z])")
_SOCIAL = re.compile(r"(?<![A-Za-z0-9_-])[0-9]{3}-[0-9]{2}-[0-9]{4}(?![A-Za-z0-9_-])")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}[0-9]{2}(?=[ A-Z0-9]{11,40})")
_DOTTED = re.compile(r"\.[0-9]{1,3}\.[0-9]")
_COLONS = re.compile(":[0-9a-fA-F]{1,4}::?[0-9a-fA-F]")
_IPV4 = re.compile(r"(?<![A-Za-z0-9_.-])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![A-Za-z0-9_-]|\.[0-9])")
_IPV6 = re.compile(r"(?<![A-Za-z0-9_:.])[23][0-9a-fA-F]{3}(?::{1,2}[0-9a-fA-F]{1,4}){2,7}(?![A-Za-z0-9_:])")
_VERSION = re.compile(
    r"(?:\bv|versions?|верси\w*|release|build|版本|section|раздел|глава|п\.|§)[\s.:]{0,2}$", re.IGNORECASE
)


def spans(text: str) -> Iterator[Span]:
    """Personal data in a text; where two readings overlap, the one that begins first counts."""
    found = list(_emails(text)) if "@" in text else []
    if has_digit(text):
        found += _numbers(text)
        found += _passports(text)
        found += _ip_addresses(text)
    end = 0
    for span in sorted(found, key=attrgetter("start")):
        if span.start >= end:
            end = span.end
            yield span


def repaired(text: str) -> str:
    """The text with each of them masked by its kind: `[e-mail]`, `[phone]`."""
    return settled(text, lambda some: replaced(some, ((span, _MASKS[span.what]) for span in spans(some))))


def _emails(text: str) -> Iterator[Span]:
    at = text.find("@")
    while at >= 0:
        before = text[max(0, at - 64) : at]
        local = before[len(before.rstrip(_LOCAL)) :].lstrip("._%+-")
        domain = _DOMAIN.match(text, at + 1) if local and local[-1] != "." else None
        if (
            domain
            and not _FILE.search(domain[0])
            and not (local == "git" and text[domain.end() :][:1] == ":")
        ):
            yield Span(at - len(local), domain.end(), "e-mail address")
        at = text.find("@", at + 1)


def _numbers(text: str) -> Iterator[Span]:
    rows = list(_DIGITS.finditer(text))
    if not rows:
        return
    yield from _ibans(text)
    for row in rows:
        start = row.start() - 1
        while start >= 0 and text[start] in "+(":
            start -= 1
        where = start + 1, row.end()
        if not _in_sum(text, *where):
            yield from _documents(text, *where) or _phones(text, *where)


def _in_sum(text: str, start: int, end: int) -> bool:
    """Whether a row of digits is reckoned with: `472547338 + 8483415013 =`."""
    return bool(_BEFORE_IN_SUM.search(text, max(0, start - 4), start) or _AFTER_IN_SUM.match(text, end))


def _documents(text: str, start: int, end: int) -> list[Span]:
    """Cards and documents within a row of digits."""
    where = start, end
    before = text[max(0, start - 40) : start].lower()
    found = [
        *_checked(_CARD, text, where, "card number", identifiers.is_card),
        *_checked(_RESIDENT, text, (start, end + 1), "Chinese identity number", identifiers.is_resident_id),
        *_checked(_SOCIAL, text, where, "US social security number", identifiers.is_social_security),
    ]
    if "-" in text[start:end] or "снилс" in before:
        found += _checked(_SNILS, text, where, "SNILS", identifiers.is_snils)
    if "инн" in before or "inn" in before:
        found += _checked(_INN, text, where, "INN", identifiers.is_inn)
    return found


def _passports(text: str) -> Iterator[Span]:
    """Series and number of a Russian passport, which have no check digit: the words before them must say so."""
    if not ("паспорт" in text or "Паспорт" in text or "ерия" in text):
        return
    for number in _PASSPORT.finditer(text):
        before = text[max(0, number.start() - 40) : number.start()].lower()
        if "паспорт" in before or "серия" in before:
            yield Span(number.start(), number.end(), "Russian passport")


def _checked(
    pattern: re.Pattern[str], text: str, where: tuple[int, int], what: str, check: Callable[[str], bool]
) -> Iterator[Span]:
    for number in pattern.finditer(text, *where):
        if check("".join(char for char in number[0] if char.isalnum())):
            yield Span(number.start(), number.end(), what)


def _phones(text: str, start: int, end: int) -> list[Span]:
    plain = text[start:end].isdigit() and text[start - 1 : start] != "+"
    if plain and _NUMBERED.search(text[max(0, start - 30) : start]):
        return []
    for pattern in _PHONES:
        if found := [number.span() for number in pattern.finditer(text, start, end)]:
            return [Span(*number, "phone number") for number in found]
    mobile = _CHINESE_MOBILE.search(text, start, end)
    if mobile and (mobile["gap"] or not text.isascii()):
        return [Span(*mobile.span(), "phone number")]
    if _CALLED.search(text[max(0, start - 30) : start]) and (number := _CALLABLE.match(text, start, end)):
        return [Span(*number.span(), "phone number")]
    return []


def _ibans(text: str) -> Iterator[Span]:
    for found in _IBAN.finditer(text):
        length = identifiers.iban_length(found[0][:2])
        code, at = "", found.start()
        while (
            at < len(text)
            and len(code) < length
            and (text[at] == " " or (text[at].isascii() and text[at].isalnum()))
        ):
            code += text[at].strip()
            at += 1
        if length and not text[at : at + 1].isalnum() and identifiers.is_iban(code):
            yield Span(found.start(), at, "IBAN")


def _ip_addresses(text: str) -> Iterator[Span]:
    if _DOTTED.search(text):
        for found in _IPV4.finditer(text):
            if _names_a_host(found[0]) and not _VERSION.search(
                text[max(0, found.start() - 12) : found.start()]
            ):
                yield Span(found.start(), found.end(), "IP address")
    if _COLONS.search(text):
        for found in _IPV6.finditer(text):
            if _is_ipv6(found[0]):
                yield Span(found.start(), found.end(), "IP address")


def _names_a_host(address: str) -> bool:
    """Whether it is a public IPv4 address and no numbering of sections or versions."""
    parts = [int(part) for part in address.split(".")]
    if (
        max(parts) > 255
        or max(parts) < 32
        or any(part[0] == "0" and part != "0" for part in address.split("."))
    ):
        return False
    return ip_address(address).is_global


def _is_ipv6(address: str) -> bool:
    try:
        return IPv6Address(address).is_global
    except ValueError:
        return False
