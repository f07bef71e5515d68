"""Numbers that name a person or an account, told from other numbers by their check digits."""

from __future__ import annotations

from collections.abc import Sequence

_IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27, "BR": 29,
    "BY": 28, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28, "EE": 20, "EG": 29,
    "ES": 24, "FI": 18, "FK": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28,
    "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28,
    "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MN": 20,
    "MR": 27, "MT": 31, "MU": 30, "NI": 28, "NL": 18, "NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29, "PT": 25,
    "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27,
    "SO": 23, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20, "YE": 30,
}  # fmt: skip
"""Characters of an IBAN by country (SWIFT IBAN registry)."""
_CARD_LENGTHS = {"3": (14, 15), "4": (16, 19), "5": (16,), "6": (16, 19), "2": (16,)}


def iban_length(country: str) -> int:
    """How many characters an IBAN of a country has; 0 for a country without."""
    return _IBAN_LENGTHS.get(country, 0)


def is_iban(code: str) -> bool:
    """Whether letters and digits without spaces are an IBAN (ISO 13616, mod 97 of ISO 7064)."""
    if len(code) != _IBAN_LENGTHS.get(code[:2], 0) or not (code.isascii() and code.isalnum()):
        return False
    return int("".join(str(int(char, 36)) for char in code[4:] + code[:4])) % 97 == 1


def is_card(digits: str) -> bool:
    """Whether digits are the number of a payment card: known first digit and length, and Luhn's check digit."""
    if len(digits) not in _CARD_LENGTHS.get(digits[:1], ()) or len(set(digits)) < 2:
        return False
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def is_snils(digits: str) -> bool:
    """Whether 11 digits are a Russian insurance number (SNILS)."""
    if len(digits) != 11 or len(set(digits)) < 3:
        return False
    return _weighted(digits[:9], range(9, 0, -1)) % 101 % 100 == int(digits[9:])


def is_inn(digits: str) -> bool:
    """Whether 10 or 12 digits are a Russian taxpayer number (INN)."""
    weights = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
    if len(digits) == 10:
        return _check_digit(digits[:9], weights[2:]) == digits[9]
    if len(digits) != 12:
        return False
    return (
        _check_digit(digits[:10], weights[1:]) == digits[10]
        and _check_digit(digits[:11], weights) == digits[11]
    )


def is_resident_id(code: str) -> bool:
    """Whether 18 characters are a Chinese identity number (GB 11643, mod 11-2), with a possible date of birth."""
    if len(code) != 18 or not code[:17].isdigit():
        return False
    if not ("1900" <= code[6:10] <= "2100" and "01" <= code[10:12] <= "12" and "01" <= code[12:14] <= "31"):
        return False
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "10X98765432"[_weighted(code[:17], weights) % 11] == code[17].upper()


def is_social_security(digits: str) -> bool:
    """Whether 9 digits may be a US social security number; it has no check digit."""
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    return (
        len(digits) == 9
        and area not in ("000", "666")
        and area < "900"
        and group != "00"
        and serial != "0000"
    )


def _weighted(digits: str, weights: Sequence[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))


def _check_digit(digits: str, weights: Sequence[int]) -> str:
    return str(_weighted(digits, weights) % 11 % 10)
