"""What file names tell."""

from __future__ import annotations

import pytest

from curator.formats import names


@pytest.mark.parametrize(
    ("inside", "reason"),
    [
        ("tickets.csv", ""),
        ("deep/down/tickets.JSONL", ""),
        ("reviews.neg", ""),
        ("without_suffix", ""),
        ("page.html", ""),
        ("ReadMe.txt", "about the data"),
        ("deep/LICENSE", "about the data"),
        ("manifest.json", "bookkeeping"),
        (".git/config", "hidden"),
        ("../../evil.jsonl", "a path that leads out of the archive"),
        ("a/../../evil.jsonl", "a path that leads out of the archive"),
        ("/../evil.jsonl", "a path that leads out of the archive"),
        ("a/../rows.jsonl", ""),
        ("a/../.rows.jsonl", "hidden"),
        ("..rows.jsonl", "hidden"),
        ("a/.DS_Store", "hidden"),
        ("card.yaml", "configuration"),
        ("Photo.JPG", "an image"),
        ("train.py", "a program"),
    ],
)
def test_what_is_no_data_is_told(inside, reason):
    assert names.reason_to_pass_over(inside) == reason


@pytest.mark.parametrize(
    ("name", "unpacked", "bare", "suffix"),
    [
        ("tickets.csv.gz", "tickets.csv", "tickets", ""),
        ("tickets.csv", "tickets.csv", "tickets", ""),
        ("v1.2.txt", "v1.2.txt", "v1.2", ""),
        ("reviews.neg", "reviews.neg", "reviews.neg", "neg"),
        ("reviews.neg.zst", "reviews.neg", "reviews.neg", "neg"),
        ("Отзывы.XLSX", "Отзывы.XLSX", "Отзывы", ""),
        ("plain", "plain", "plain", ""),
        ("", "", "", ""),
    ],
)
def test_suffixes_are_taken_off_where_they_say_how_a_file_is_written(name, unpacked, bare, suffix):
    assert (names.unpacked(name), names.bare(name), names.own_suffix(name)) == (unpacked, bare, suffix)
