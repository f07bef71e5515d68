"""How a project is divided, told without dividing it."""

from __future__ import annotations

from curator.dividing.overview import overview


def test_sides_labels_leaks_and_the_frozen_test_are_counted(make_project):
    rows = [{"text": f"message {n} of {n * 7}", "label": "ab"[n % 2]} for n in range(20)]
    project = make_project(rows)
    before = overview(project.connection, project.kind)
    assert (before.counts, before.undivided, before.labels, before.frozen_at) == ({}, 20, {}, "")

    project.split(freeze=True, settings={"split.test": 0.5, "split.validation": 0.0})
    test, train = project.ids("split:test")[0], project.ids("split:train")[0]
    project.editor.set_fields([test], {"text": project.record(train).fields["text"]})
    after = overview(project.connection, project.kind)
    assert (after.counts, after.undivided) == ({"test": 10, "train": 10}, 0)
    assert after.labels["a"] == {"test": 5, "train": 5}
    assert after.leaks == 1
    assert after.frozen_at.startswith("20")
