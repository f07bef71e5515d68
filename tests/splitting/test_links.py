"""What ties records together."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from curator.splitting.links import Collector, clusters, kept_together, near_records
from tests.splitting.builders import Given, given_records, links_of, tied

LONG = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
texts = st.builds(
    lambda base, place, word: " ".join([*base[:place], word, *base[place:]]),
    st.sampled_from([LONG.split(), LONG.upper().split(), LONG.split()[3:], ["other", *LONG.split()[:9]]]),
    st.integers(0, 9),
    st.sampled_from(["a", "b", ""]),
)
worlds = st.lists(given_records(text=texts, group=st.sampled_from(["", "", "g", "h"])), max_size=14)


def naive(records):
    """Connected components, by joining until nothing changes."""
    label = list(range(len(records)))
    for i, j in sorted(tied(records)) * len(records):
        label[i] = label[j] = min(label[i], label[j])
    return label


@settings(max_examples=150, deadline=None)
@given(worlds)
def test_clusters_are_those_of_comparing_each_with_each(records):
    found = clusters(links_of(records)).of_record.tolist()
    wanted = naive(records)
    assert [found.index(label) for label in found] == [wanted.index(label) for label in wanted]


def test_records_without_a_group_are_not_one_group():
    records = [Given("a b c d"), Given("e f g h"), Given("i j k l", group="g"), Given("m n o p", group="g")]
    assert len(set(clusters(links_of(records)).of_record.tolist())) == 3


def test_copies_stand_for_each_other_and_near_ones_are_counted_once():
    records = [
        Given(LONG),
        Given(LONG),
        Given(LONG + "!"),
        Given(LONG + " fifteen"),
        Given("quite another text"),
    ]
    links = links_of(records)
    assert near_records(links).tolist() == [[0, 3]]
    assert kept_together(links, clusters(links)) == 1


def test_a_threshold_of_nothing_compares_no_texts():
    links = links_of([Given(LONG), Given(LONG + "!"), Given(LONG)], threshold=0)
    assert clusters(links).of_record.tolist() in ([0, 1, 0], [1, 0, 1])
    assert len(links.near) == 0


def test_texts_that_become_alike_with_their_targets_are_tied():
    collector = Collector(0.8)
    collector.add("key one", "", "short question", LONG)
    collector.add("key two", "", "brief question", LONG)
    collector.add("key three", "", "short question", "an answer of its own")
    found = clusters(collector.links()).of_record.tolist()
    assert found[0] == found[1]
    assert found[0] == found[2], "inputs with the same words are near without their targets"


def test_some_records_can_be_clustered_without_the_others():
    records = [Given(LONG, group="g"), Given("a b c d", group="g"), Given("e f g h i j")]
    among = np.array([True, False, True])
    assert len(set(clusters(links_of(records), among).of_record.tolist())) == 3
