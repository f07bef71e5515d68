"""Personal data and secrets: found by form and check digits, masked by kind."""

from __future__ import annotations

import pytest

from curator.checks.detectors import identifiers, privacy, secrets


def found(detector, text):
    return [(text[span.start : span.end], span.what) for span in detector.spans(text)]


@pytest.mark.parametrize(
    ("text", "value", "what"),
    [
        ("write to maria.lind@example.com or", "maria.lind@example.com", "e-mail address"),
        ("邮箱是abc@qq.com，谢谢", "abc@qq.com", "e-mail address"),
        ("Пишите на ivan@почта.рф.", "ivan@почта.рф", "e-mail address"),
        ("ring +1 202 555 0142.", "+1 202 555 0142", "phone number"),
        ("Звоните 8 (916) 123-45-67, жду", "8 (916) 123-45-67", "phone number"),
        ("мой номер 89161234567", "89161234567", "phone number"),
        ("+7 916 123-45-67", "+7 916 123-45-67", "phone number"),
        ("call (555) 234-5678 now", "(555) 234-5678", "phone number"),
        ("call 415-555-2671", "415-555-2671", "phone number"),
        ("手机13812345678，谢谢", "13812345678", "phone number"),
        ("Tel: 0207 946 0958", "0207 946 0958", "phone number"),
        ("телефон: 495-123-45", "495-123-45", "phone number"),
        ("card 4111 1111 1111 1111 ok", "4111 1111 1111 1111", "card number"),
        ("карта 5555555555554444.", "5555555555554444", "card number"),
        ("卡号378282246310005", "378282246310005", "card number"),
        ("to GB82 WEST 1234 5698 7654 32, please", "GB82 WEST 1234 5698 7654 32", "IBAN"),
        ("на DE89370400440532013000", "DE89370400440532013000", "IBAN"),
        ("server 85.12.200.7 is down", "85.12.200.7", "IP address"),
        ("адрес 2a02:6b8:0:1::feed:ff", "2a02:6b8:0:1::feed:ff", "IP address"),
        ("паспорт 45 06 123456 выдан", "45 06 123456", "Russian passport"),
        ("серия 4506 № 123456", "4506 № 123456", "Russian passport"),
        ("СНИЛС 112-233-445 95", "112-233-445 95", "SNILS"),
        ("ИНН 500100732259", "500100732259", "INN"),
        ("ИНН: 7707083893", "7707083893", "INN"),
        ("SSN 536-90-4399", "536-90-4399", "US social security number"),
        ("身份证11010519491231002X号", "11010519491231002X", "Chinese identity number"),
    ],
)
def test_personal_data(text, value, what):
    if what == "US social security number":
        value = "536-90-4399"
    assert found(privacy, text) == [(value, what)]
    masked = privacy.repaired(text)
    assert value not in masked
    assert found(privacy, masked) == []


@pytest.mark.parametrize(
    "text",
    [
        "In 2024-01-15 12:30:45 we sold 1,234,567 of 10 000 000 pieces",
        "version 85.12.200.7 and 1.2.3.4 and 192.168.1.1 and 127.0.0.1",
        "4111 1111 1111 1112 is no card, GB82 WEST 1234 5698 7654 33 no IBAN",
        "the sum of 123456789 and 987654321 is 1111111110",
        "ISBN 978-3-16-148410-0, pi is 3.14159265358979",
        "6778576 - 84834150134 = -84827371558, 472547338\n+960397912423\n-------\n1007411131329104",
        "reply msg+ticket@kiosk.Valid until May",
        "@anna and git@github.com:org/repo, icon@2x.png, a @ b.c, pkg@1.2.3",
        "std::vector<a::b> at 12:30:45",
        "заказ 7707083894, договор 500100732258",
        "В 1812 году 600 000 солдат; счёт 40817810099910004312",
        "公元1949年10月1日，订单号20240115123045",
        "100-200-3000 или 2000 3000 4000 5000",
        "",
    ],
)
def test_other_numbers_and_signs_are_not_personal(text):
    assert found(privacy, text) == []
    assert privacy.repaired(text) is text


def test_every_value_is_masked_by_its_kind():
    text = "GB82 WEST 1234 5698 7654 32, maria.lind@example.com, +1 202 555 0142, 85.12.200.7"
    assert privacy.repaired(text) == "[IBAN], [e-mail], [phone], [IP address]"


@pytest.mark.parametrize(
    ("check", "right", "wrong"),
    [
        (identifiers.is_card, "4242424242424242", "4242424242424241"),
        (identifiers.is_iban, "FR1420041010050500013M02606", "FR1420041010050500013M02607"),
        (identifiers.is_snils, "11223344595", "11223344596"),
        (identifiers.is_inn, "7707083893", "7707083892"),
        (identifiers.is_inn, "500100732259", "500100732251"),
        (identifiers.is_resident_id, "11010519491231002X", "110105194912310021"),
        (identifiers.is_social_security, "536904399", "666904399"),
    ],
)
def test_check_digits(check, right, wrong):
    assert check(right)
    assert not check(wrong)
    assert not check("")


@pytest.mark.parametrize(
    ("text", "value", "what"),
    [
        (
            "the key sk-test0000EXAMPLE0000EXAMPLE0000FAKE for",
            "sk-test0000EXAMPLE0000EXAMPLE0000FAKE",
            "API key",
        ),
        ("sk-proj-Ab1_Cd2-Ef3Gh4Ij5Kl6Mn7Op8", "sk-proj-Ab1_Cd2-Ef3Gh4Ij5Kl6Mn7Op8", "API key"),
        ("ключ AKIAIOSFODNN7EXAMPLE тут", "AKIAIOSFODNN7EXAMPLE", "API key"),
        (
            "令牌ghp_abcdefghijklmnopqrstuvwxyz0123456789",
            "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
            "access token",
        ),
        ("xoxb-123456789012-abcdefABCDEF", "xoxb-123456789012-abcdefABCDEF", "access token"),
        ("AIzaSyA1234567890abcdefghijklmnopqrstuv", "AIzaSyA1234567890abcdefghijklmnopqrstuv", "API key"),
        ("sk_live_abcdefghijklmnop1234", "sk_live_abcdefghijklmnop1234", "API key"),
        (
            "x eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-DEF_1 y",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-DEF_1",
            "access token",
        ),
        (
            "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw",
            "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw",
            "access token",
        ),
        ("postgres://app:s3cr3tPw@db.local/x", "s3cr3tPw", "password"),
        ("Password: Tr0ub4dor&3", "Tr0ub4dor&3", "password"),
        ("пароль: Qwerty12345.", "Qwerty12345", "password"),
        ("密码是Abc12345xyz", "Abc12345xyz", "password"),
        ("API_KEY = '9f8e7d6c5b4a39281706f5e4'", "9f8e7d6c5b4a39281706f5e4", "access token"),
        ("токен — 9f8e7d6c5b4a39281706f5e4", "9f8e7d6c5b4a39281706f5e4", "access token"),
        ("Authorization: Bearer 9f8e7d6c5b4a39281706f5e4", "9f8e7d6c5b4a39281706f5e4", "access token"),
    ],
)
def test_secrets(text, value, what):
    assert found(secrets, text) == [(value, what)]
    masked = secrets.repaired(text)
    assert value not in masked
    assert found(secrets, masked) == []


def test_a_private_key_is_masked_whole():
    key = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow1BAAKC\n-----END RSA PRIVATE KEY-----"
    assert secrets.repaired(f"here: {key} end") == "here: [private key] end"
    assert secrets.repaired("-----BEGIN PRIVATE KEY-----\nMIIE1cut") == "[private key]"
    assert found(secrets, "-----BEGIN PUBLIC KEY-----\nMIIB1\n-----END PUBLIC KEY-----") == []


@pytest.mark.parametrize(
    "text",
    [
        "Password: must have 8 characters, password: your_password1",
        "The key is 42 and the token is a word. Secret: a garden.",
        "password = os.environ['PW1'], token = '${TOKEN1}', api_key=xxxxxxxxxxxx1234",
        "Ключ: под ковриком, приключения: 12345678, пароль: неизвестен",
        "关键是2024年的数据，密码是六位数字",
        "task-force-of-many-different-people-2024, risk-averse",
        "primary key: 1234567890123456",
        "token = aaaaaaaaaaaaaaaaaaa1, secret: 0x00000000000000000000",
        "",
    ],
)
def test_words_about_secrets_are_none(text):
    assert found(secrets, text) == []
    assert secrets.repaired(text) is text
