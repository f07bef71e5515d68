"""A tree of labels: what begins alike is there once, and every block holds what its nodes see."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from curator.evaluate.scoring.label_tree import LabelTrie

LABELS = st.lists(
    st.lists(st.integers(1, 4), min_size=1, max_size=6).map(lambda tokens: (*tokens, 0)),
    min_size=1,
    max_size=12,
    unique=True,
)


def test_labels_that_begin_alike_share_a_path():
    tree = LabelTrie([(1, 2, 9), (1, 3, 9), (1, 2, 4, 9)])
    assert tree.tokens == [1, 2, 3, 4]
    assert tree.membership.sum(-1).tolist() == [3, 3, 4]


@given(LABELS, st.integers(1, 20))
def test_each_label_is_read_along_its_own_path_in_whatever_blocks(labels, size):
    tree = LabelTrie(labels)
    laid = tree.blocks(size)
    assert laid.tokens.shape[1] <= max(size, *(len(label) - 1 for label in labels))
    assert laid.places.unique().numel() == len(tree.tokens)
    width = laid.tokens.shape[1]
    prefixes = {label[:end] for label in labels for end in range(1, len(label))}
    read = set()
    for place in laid.places.tolist():
        block, slot = divmod(place, width)
        seen = laid.sees[block, slot].nonzero().flatten()
        line = sorted(seen.tolist(), key=lambda other: int(laid.depths[block, other]))
        assert laid.depths[block, line].tolist() == list(range(len(line)))
        read.add(tuple(laid.tokens[block, line].tolist()))
    assert read == prefixes
