"""Nothing secret and no way to reach a person survives in a log or an error; ordinary text stays what it is."""

from __future__ import annotations

import base64
import json
import logging
import re
import string
import sys
import threading
from collections.abc import Iterator
from urllib.parse import quote

import jwt
import phonenumbers
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from sales_zoominfo import scrub as module
from sales_zoominfo.errors import TEXTS
from sales_zoominfo.scrub import EMAIL, PHONE, SECRET, install, places, remember, scrub
from support import nothing_remembered

relaxed = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)


@pytest.fixture(autouse=True)
def nothing_known() -> Iterator[None]:
    with nothing_remembered():
        yield


# --- what may stand around a value -----------------------------------------------------------------------------

AROUND = st.sampled_from(
    [
        "{}",
        "companyName cannot be '{}'.",
        'INVALID_ARGUMENT: email cannot be "{}", did you mean x',
        "{{'value': '{}', 'id': 12}}",
        '{{"value":"{}","id":12}}',
        "({})",
        "<{}>",
        "asked for {}, {} and others",
        "GET https://api.zoominfo.com/x?name={}&page=2 200",
        "线索 {} 已找到",
        "line one\n{}\nline three",
        "value={}; next",
        "[{}]",
        "{}.",
        "{}: not found",
        "`{}`",
    ]
)


def around(frame: str, value: str) -> str:
    return frame.replace("{{", "{").replace("}}", "}").replace("{}", value)


# --- people ----------------------------------------------------------------------------------------------------

LOCAL = st.text(string.ascii_letters + string.digits + "._+-", min_size=1, max_size=20).filter(
    lambda text: text.strip("._+-") != ""
)
LABEL = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=12)
TLD = st.sampled_from(["com", "de", "co.uk", "example", "io", "museum", "中国", "xn--fiqs8s", "z"])
EMAILS = st.builds(lambda local, label, tld: f"{local}@{label}.{tld}", LOCAL, LABEL, TLD)


@relaxed
@given(EMAILS, AROUND, st.booleans())
def test_no_email_survives(email: str, frame: str, escaped: bool) -> None:
    written = quote(email, safe="") if escaped and email.isascii() else email
    clean = scrub(around(frame, written))
    assert EMAIL in clean
    assert "@" not in clean
    assert "%40" not in clean
    domain = email.split("@")[1]
    # A short one may stand in the text around it as well.
    assert clean.count(domain) == around(frame, "").count(domain)


@pytest.mark.parametrize("email", ["名字@例子.公司", '"odd name"@acme.example', "o'neil@acme.example", "a%40b.example"])
def test_unusual_emails_go_too(email: str) -> None:
    clean = scrub(f"asked for {email}, twice")
    assert EMAIL in clean
    assert "acme" not in clean
    assert "例子" not in clean


@st.composite
def phones(draw: st.DrawFn) -> str:
    region = draw(st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)))
    kind = draw(st.sampled_from([phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE]))
    example = phonenumbers.example_number_for_type(region, kind)
    assume(example is not None)
    digits = str(example.national_number)
    tail = draw(st.text(string.digits, min_size=4, max_size=4))
    number = phonenumbers.PhoneNumber(
        country_code=example.country_code,
        national_number=int(digits[:-4] + tail),
        italian_leading_zero=example.italian_leading_zero,
    )
    assume(phonenumbers.is_possible_number(number))
    form = draw(
        st.sampled_from(
            [
                phonenumbers.PhoneNumberFormat.E164,
                phonenumbers.PhoneNumberFormat.INTERNATIONAL,
                phonenumbers.PhoneNumberFormat.RFC3966,
            ]
        )
    )
    return phonenumbers.format_number(number, form)


@relaxed
@given(phones(), AROUND)
def test_no_international_number_survives(phone: str, frame: str) -> None:
    clean = scrub(around(frame, phone))
    assert PHONE in clean
    assert phone[-4:] not in clean


def test_an_escaped_number_goes_too() -> None:
    assert scrub("GET /x?phone=%2B1%20%28415%29%20555-0173&page=2") == f"GET /x?phone={PHONE}&page=2"
    assert scrub("result://%2B14155550173 is gone, 50%20of%20100") == f"result://{PHONE} is gone, 50%20of%20100"


AMERICAN = st.tuples(
    st.sampled_from(["{a}-{b}-{c}", "({a}) {b}-{c}", "{a}.{b}.{c}", "{a} {b} {c}", "1-{a}-{b}-{c}", "1 ({a}) {b}-{c}"]),
    st.integers(200, 989),
    st.integers(200, 999),
    st.integers(0, 9999),
).map(lambda t: t[0].format(a=t[1], b=t[2], c=f"{t[3]:04}"))


@relaxed
@given(AMERICAN, AROUND)
def test_no_american_number_survives(phone: str, frame: str) -> None:
    clean = scrub(around(frame, phone))
    assert PHONE in clean
    assert phone[-8:] not in clean


@pytest.mark.parametrize(
    "phone",
    [
        "020 7946 0958",
        "(020) 7946 0958",
        "07911 123456",
        "07911123456",
        "030/12345678",
        "0171-1234567",
        "01 23 45 67 89",
        "01.23.45.67.89",
        "138 1234 5678",
        "612 34 56 78",
        "0044 20 7946 0958",
        "00442079460958",
        "12 34 56 78 90",
    ],
)
@pytest.mark.parametrize("frame", ["call {} now", "'{}'", "{}"])
def test_numbers_of_other_countries_go_too(phone: str, frame: str) -> None:
    assert scrub(around(frame, phone)) == around(frame, PHONE)


LABELS = st.sampled_from(
    [
        'phone="{}"',
        "directPhone: {}",
        "mobilePhone cannot be '{}'",
        "{'phone': '{}'}",
        '{"mobilePhone":"{}"}',
        "fax={}",
        "tel: {}",
        "电话：{}",
        "phone number is {}",
    ]
)


@relaxed
@given(LABELS, st.integers(2_000_000, 99_999_999_999_999))
def test_bare_digits_that_are_called_a_phone_go(label: str, number: int) -> None:
    clean = scrub(label.replace("{}", str(number)))
    assert str(number) not in clean
    assert PHONE in clean


# --- secrets ---------------------------------------------------------------------------------------------------

PRINTABLE = st.text(string.ascii_letters + string.digits + string.punctuation, min_size=6, max_size=60)
TOKEN = st.text(string.ascii_letters + string.digits + "-._~+/", min_size=20, max_size=80).filter(
    lambda text: any(map(str.isdigit, text)) and text[0].isalnum()
)


@relaxed
@given(PRINTABLE, AROUND)
def test_no_configured_secret_survives_in_any_form(secret: str, frame: str) -> None:
    module._known.clear()
    remember(secret)
    for written in (secret, quote(secret, safe=""), json.dumps(secret)[1:-1], repr(secret)[1:-1]):
        clean = scrub(around(frame, written))
        assert secret not in clean
        assert SECRET in clean


@relaxed
@given(TOKEN)
def test_no_token_survives_in_a_header(token: str) -> None:
    for written in (
        f"Authorization: Bearer {token}",
        f"'authorization': 'Bearer {token}'",
        f"(b'authorization', b'Bearer {token}')",
        f'{{"Authorization":"Bearer {token}"}}',
        f"cookie: session={token}",
    ):
        assert token not in scrub(written), written


@relaxed
@given(st.text(string.ascii_letters, min_size=1, max_size=12), PRINTABLE)
def test_no_basic_credential_survives(user: str, password: str) -> None:
    coded = base64.b64encode(f"{user}:{password}".encode()).decode()
    assert coded not in scrub(f"Authorization: Basic {coded}")
    assert coded not in scrub(f"sent Basic {coded} to the host") or coded.rstrip("=").isalpha()


NAMES = [
    "password",
    "client_secret",
    "refresh_token",
    "access_token",
    "api_key",
    "id_token",
    "code_verifier",
    "clientSecret",
]


@relaxed
@given(st.sampled_from(NAMES), st.text(string.ascii_letters + string.digits + "-._~ !?", min_size=3, max_size=40))
def test_no_value_of_a_secrets_name_survives(name: str, value: str) -> None:
    value = f"q7{value}7q"
    written = [f'{{"{name}": "{value}", "x": 1}}', f"{name}='{value}'", json.dumps(json.dumps({name: value}))]
    if " " not in value:
        written += [f"{name}={value}", f"ZOOMINFO_{name.upper()}={value}", f"https://x.example/?{name}={value}&y=1"]
    for text in written:
        assert value not in scrub(text), text
        assert "7q" not in scrub(text), text


USERS = st.text(string.ascii_letters, min_size=0, max_size=10)
WORDS = st.text(string.ascii_letters + string.digits + "!$*_~@/%", min_size=3, max_size=30).filter(
    lambda text: any(map(str.isalpha, text))
)


@relaxed
@given(st.sampled_from(["postgresql", "redis", "https", "socks5"]), USERS, WORDS)
def test_no_password_of_an_address_survives(scheme: str, user: str, password: str) -> None:
    # A password that reads as a port and a path cannot be told from them.
    assume(not password.split("/")[0].isdigit())
    clean = scrub(f"could not connect to {scheme}://{user}:{password}@db.example:5432/state within 3 s")
    assert f":{password}@" not in clean
    assert clean == f"could not connect to {scheme}://{SECRET}@db.example:5432/state within 3 s"


def test_keys_and_signed_tokens_go_whole() -> None:
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    body = [line for line in pem.splitlines() if "-----" not in line]
    for written in (pem, repr(pem), json.dumps({"key": pem}), pem.replace("\n", " "), "cut off: " + pem[:900]):
        clean = scrub(f"cannot read {written}")
        assert not [line for line in body if line in clean]
        assert clean.startswith("cannot read ")
    without_frame = "".join(body)
    assert without_frame not in scrub(f"got {without_frame}")
    remember(pem)
    assert not [line for line in body if line in scrub("\n".join(body))]
    token = jwt.encode({"sub": "ada"}, key, algorithm="RS256")
    assert scrub(f"token {token} is old") == f"token {SECRET} is old"


def test_a_short_or_missing_secret_is_left_to_its_form() -> None:
    remember(None)
    remember("  abc ")
    assert scrub("abc is as it was; password=abc") == f"abc is as it was; password={SECRET}"


def test_a_password_that_is_a_word_takes_nothing_out_of_longer_ones() -> None:
    remember("sample")
    assert scrub("samples of a sample") == f"samples of a {SECRET}"


def test_renewed_tokens_push_out_no_configured_secret() -> None:
    remember("correct horse")
    for number in range(500):
        remember(f"opaque-token.{number}", renewed=True)
    assert scrub("correct horse, opaque-token.499") == f"{SECRET}, {SECRET}"
    assert len(module._tokens) <= module.TOKENS


def test_the_name_of_a_client_holds_no_address_and_no_control_sign() -> None:
    from sales_zoominfo.account.caller import caller_id

    assert caller_id("ada@acme.example\x1b[2J").endswith(f"/{EMAIL} [2J")


# --- ordinary text ---------------------------------------------------------------------------------------------

ORDINARY = st.one_of(
    st.integers(1, 9_999_999_999).map(str),
    st.integers(-9_999_999_999, -1).map(str),
    st.integers(0, 10**12).map("{:,}".format),
    st.floats(0, 10**9, allow_nan=False).map("{:.2f}".format),
    st.floats(0, 10**9, allow_nan=False).map("{:,.2f} USD".format),
    st.dates().map(str),
    st.datetimes().map(lambda at: at.isoformat()),
    st.datetimes().map(lambda at: at.strftime("%Y-%m-%dT%H:%M:%SZ")),
    st.datetimes().map(lambda at: at.strftime("%Y-%m-%d %H:%M:%S,123")),
    st.dates().map(lambda at: at.strftime("%d/%m/%Y")),
    st.dates().map(lambda at: at.strftime("%d.%m.%Y")),
    st.times().map(str),
    # Three, three and four digits are how Americans write a phone number, which goes.
    st.tuples(*[st.integers(0, 20_000)] * 3)
    .map(lambda t: ".".join(map(str, t)))
    .filter(lambda version: not re.fullmatch(r"\d{3}\.\d{3}\.\d{4}", version)),
    st.tuples(*[st.integers(0, 255)] * 4).map(lambda t: ".".join(map(str, t))),
    st.ip_addresses().map(lambda ip: f"http://{ip}:8000/mcp" if ip.version == 4 else f"http://[{ip}]:8000/mcp"),
    st.uuids().map(str),
    st.binary(min_size=32, max_size=32).map(bytes.hex),
    st.binary(min_size=6, max_size=6).map(bytes.hex),
    st.tuples(st.integers(0, 9999), st.integers(0, 9999)).map(lambda t: f"{t[0]}-{t[1]}"),
    st.integers(1, 100_000).map("https://api.zoominfo.com/gtm/data/v1/contacts?page[number]={}".format),
    st.integers(1, 10**9).map("sqlite:////home/someone/.local/state/{}/state.sqlite".format),
    st.integers(0, 100).map("{} %".format),
    st.sampled_from(
        [
            "personId",
            "companyId=900001",
            "enrich_contacts",
            "result://search_contacts/0123456789abcdef",
            "user@localhost",
        ]
    ),
)


@relaxed
@given(st.lists(ORDINARY, min_size=1, max_size=4), st.sampled_from([", ", " and ", "; ", " of ", "\n"]))
def test_ordinary_text_is_untouched(parts: list[str], between: str) -> None:
    text = f"Took {between.join(parts)}."
    assert scrub(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "Basic information, bearer authentication and self-hosted servers; the token is old",
        "give it to each client as the header `Authorization: Bearer TOKEN`.",
        "npm i @scope/package@1.2.3",
        "The setting ZOOMINFO_HTTP_TOKEN is wrong: string too short. Set ZOOMINFO_PASSWORD, or unset it.",
        "sales-zoominfo config claude --env ZOOMINFO_CLIENT_SECRET --scope user",
        "revenue 1000000-49999999, employees 1000-4999, 40.7128, -74.0060, +5, 00:12:34",
        "phone numbers: 25 of 100; 3 mobile phones of 12 records",
        "between 2025-01-01 and 2026-12-31; 01/02/2026 10:00; 2026-11-22 04:16",
        "Windows 10.0.19045.1234, python 3.11.9, commit 56ef3ed, 120/120 tests",
        "This call could cost 25 credits, over maxCredits=10. 1 of 40,000 rows in 12.5 ms",
        "key-value store; secret-free; keyword=director; tokens=5",
    ],
)
def test_what_we_say_is_untouched(text: str) -> None:
    assert scrub(text) == text


def test_no_error_text_of_ours_is_touched() -> None:
    for kind, text in TEXTS.items():
        for part in (text.message, text.next_step):
            assert scrub(part) == part, kind


@pytest.mark.parametrize(
    "text",
    [
        "a" * 50_000,
        "%41" * 15_000,
        "%" + "a" * 40_000,
        "1 " * 25_000,
        "0" * 50_000,
        "a@" * 20_000,
        "phone " * 10_000,
        "a.b-" * 12_000,
        "password=" * 5_000,
    ],
    ids=lambda text: text[:9],
)
def test_no_text_takes_for_ever(text: str) -> None:
    from time import process_time

    def seconds(given: str) -> float:
        before = process_time()
        scrub(given)
        return process_time() - before

    scrub("compiled")
    half, whole = seconds(text[: len(text) // 4]), seconds(text)
    # A square would be sixteen times as much.
    assert whole < 10 * half + 0.05


# --- the log ---------------------------------------------------------------------------------------------------


class Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What a handler writes that was added to a library's logger after ``install``."""
    factory = logging.getLogRecordFactory()
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    install()
    handler = Kept()
    logger = logging.getLogger("some.library")
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield handler.lines
    logger.removeHandler(handler)
    logging.setLogRecordFactory(factory)


@pytest.mark.parametrize("level", [logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR])
def test_every_level_and_every_part_of_a_record_is_scrubbed(log: list[str], level: int) -> None:
    logger = logging.getLogger("some.library")
    logger.log(level, "found %s by %r, %d times", "ada@acme.example", {"phone": "+1 415 555 0100"}, 3)
    logger.log(level, "found ada@acme.example")
    logger.log(level, "mapping %(who)s", {"who": "ada@acme.example"})
    logger.log(level, ValueError("ada@acme.example"))
    logger.log(level, "wrong arguments for ada@acme.example %s %s", "one")
    logger.log(level, "plain %s", 25)
    text = "\n".join(log)
    assert "acme" not in text
    assert "555" not in text
    assert f"found {EMAIL} by {{'phone': '{PHONE}'}}, 3 times" in text
    assert log[-1].endswith("plain 25")
    assert len(log) == 6


def test_a_traceback_holds_places_only(log: list[str]) -> None:
    def inner() -> None:
        raise ValueError("Ada Sample lives here, password=hunter2")

    try:
        try:
            inner()
        except ValueError as error:
            raise RuntimeError("while reading Ada Sample") from error
    except RuntimeError:
        logging.getLogger("some.library").exception("it broke")
    (line,) = log
    assert "Ada" not in line
    assert "hunter2" not in line
    assert "RuntimeError" in line
    assert "ValueError" in line
    assert "test_scrub.py" in line
    assert "in inner" in line


def test_groups_and_loops_of_causes_are_told_once() -> None:
    error = ValueError("private")
    error.__context__ = error
    assert places(error) == "ValueError"
    group = ExceptionGroup("private", [KeyError("private"), OSError("private")])
    assert places(group).splitlines() == ["ExceptionGroup", "  | KeyError", "  | OSError"]
    assert places(None) == ""


def test_what_nobody_catches_is_told_by_its_places(log: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    try:
        raise ValueError("Ada Sample")
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)

    def crash() -> None:
        raise LookupError("Ada Sample")

    thread = threading.Thread(target=crash)
    thread.start()
    thread.join()
    told = capsys.readouterr().err
    assert "Ada" not in told
    assert "ValueError" in told
    assert "in crash" in told


def test_installing_twice_is_once(log: list[str]) -> None:
    factory = logging.getLogRecordFactory()
    install()
    assert logging.getLogRecordFactory() is factory
