"""Dates as people write them."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.dates import iso, read

MAY_3 = datetime(2021, 5, 3, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    "value",
    [
        "2021-05-03",
        " 2021-05-03 ",
        "2021-05-03T00:00:00Z",
        "2021-05-03 02:00+02:00",
        "2021-05-03T00:00:00.000",
        "20210503",
        "2021/05/03",
        "2021/5/3 0:00",
        "2021.05.03",
        "03.05.2021",
        "3.5.2021",
        "03.05.2021 00:00",
        "3.5.2021, 0:00:00",
        str(int(MAY_3)),
        f"{MAY_3}",
        str(int(MAY_3) * 1000),
        str(int(MAY_3) * 10**6),
        str(int(MAY_3) * 10**9),
        "3 May 2021",
        "May 3, 2021",
        "Mon, 03 May 2021 00:00:00 GMT",
        "2021-W18-1",
    ],
)
def test_one_day_written_in_many_ways(value):
    assert read([value]) == [MAY_3]


@pytest.mark.parametrize(("value", "day"), [("2021", "2021-01-01"), ("2021-05", "2021-05-01")])
def test_a_year_or_a_month_is_its_first_moment(value, day):
    assert iso(read([value])[0]) == day


@pytest.mark.parametrize(
    "value",
    ["", "soon", "now", "today", "17", "31.02.2021", "2021-13-01", "0000-01-01", "True", "9" * 70, "-", "1e9",
     "5", "12:30", "2021 foo", "nan", "inf", "00000000", "May", "\x00", "٢٠٢١-٠٥-٠٣x", "12345678901234567890123"],
)  # fmt: skip
def test_what_is_no_date_is_nan(value):
    assert math.isnan(read([value])[0])


def test_the_order_of_day_and_month_is_that_of_the_column():
    assert [iso(moment) for moment in read(["03/05/2021", "25/12/2020"])] == ["2021-05-03", "2020-12-25"]
    assert [iso(moment) for moment in read(["05/03/2021", "12/25/2020"])] == ["2021-05-03", "2020-12-25"]


def test_an_order_that_nothing_shows_is_not_guessed():
    assert [math.isnan(moment) for moment in read(["03/05/2021", "04/04/2021", "x"])] == [True, False, True]
    assert all(math.isnan(moment) for moment in read(["03/05/2021", "13/05/2021", "05/13/2021"])[:1])


@given(st.datetimes(datetime(1700, 1, 1), datetime(2200, 1, 1)), st.integers(-12, 14))
def test_every_moment_reads_back(moment, hours):
    moment = moment.replace(microsecond=0, tzinfo=timezone(timedelta(hours=hours)))
    assert read([moment.isoformat()]) == [moment.timestamp()]
    assert read([f"{moment:%d.%m.%Y %H:%M:%S%z}"]) == [moment.timestamp()]


@given(st.lists(st.text(max_size=12) | st.text("0123456789./-: TZ", max_size=20)))
def test_no_text_is_too_strange(values):
    assert len(read(values)) == len(values)


def test_moments_are_told_as_dates():
    assert iso(MAY_3) == "2021-05-03"
    assert iso(MAY_3 + 3661) == "2021-05-03T01:01:01"
