"""Every file of every public data set either becomes records and rejects that add up, or is refused in words.

The numbers in the table are rows as the index of the data sets gives them; where they differ from its row counts,
the reason stands beside them.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from curator.config import checked
from curator.errors import CuratorError
from curator.importing import Options
from curator.project import Project
from tests.shared_data import SHARED, needs_shared_data

pytestmark = needs_shared_data

REFUSED = -1
"""In the place of a row count: the file is refused before anything is written."""


class Files(NamedTuple):
    """What a folder holds."""

    kind: str
    rows: dict[str, tuple[int, int]]
    """File to (rows that are records or were there already, rows rejected)."""
    others: tuple[int, int] | None = None
    """The same for every file that is not named."""
    mapping: dict[str, str] = {}


TABLE = {
    "stanford_alpaca_5000": Files("instruction", {"alpaca_5000.json": (5000, 0)}),
    "gsm8k_alpaca": Files("instruction", {"gsm_8k_train.json": (7473, 0)}),
    # The five are the same set at five thresholds: nearly all of a later file was there already.
    "gpteacher_toolformer_dedup": Files(
        "instruction",
        {
            "toolformer-dedupe-only-dataset.json": (7673, 0),
            "toolformer-similarity-0.9-dataset.json": (5959, 0),
            "toolformer-similarity-0.8-dataset.json": (4709, 0),
            "toolformer-similarity-0.7-dataset.json": (3487, 0),
            "toolformer-similarity-0.6-dataset.json": (2396, 0),
        },
    ),
    "llamafactory_alpaca": Files(
        "instruction",
        {"identity.json": (91, 0), "alpaca_en_demo.json": (999, 0), "alpaca_zh_demo.json": (1000, 0)},
    ),
    # 153 of the 300 conversations call tools, which nothing here trains; the list of data sets is no data set.
    "llamafactory_sharegpt": Files(
        "instruction", {"glaive_toolcall_en_demo.json": (147, 153), "dataset_info.json": (REFUSED, 0)}
    ),
    "llamafactory_preference": Files("instruction", {"dpo_en_demo.json": (300, 0)}),
    # Row 4 has no turn of the user.
    "openai_toy_chat": Files("instruction", {"toy_chat_fine_tuning.jsonl": (4, 1)}),
    "oaast_sft_zh": Files("instruction", {"oaast_sft_zh.json": (689, 0)}),
    "self_instruct": Files("instruction", {"seed_tasks.jsonl": (175, 0)}),
    "self_instruct_predictions": Files(
        "instruction",
        {"davinci-self-instruct_predictions.jsonl": (252, 0), "README_upstream.md": (REFUSED, 0)},
    ),
    "rulm_ru_seed": Files(
        "instruction",
        {
            "ru_alpaca_seed_tasks.jsonl": (137, 0),
            "ru_chargen_seed.jsonl": (15, 0),
            "en_chargen_seed.jsonl": (15, 0),
        },
    ),
    "rulm_ru_answers": Files("instruction", {"gen100.jsonl": (103, 0), "gen_example.json": (53, 0)}),
    # The list of categories is a list of texts.
    "banking77": Files(
        "classification", {"train.csv": (10003, 0), "test.csv": (3080, 0), "categories.json": (77, 0)}
    ),
    "clinc150": Files("classification", {"data_full.json": (23700, 0), "domains.json": (REFUSED, 0)}),
    "sms_spam": Files("classification", {"spam.csv": (5575, 0)}),
    # The `.all` files are the same rows.
    "trec": Files(
        "classification",
        {
            "TREC.train": (5452, 0),
            "TREC.train.all": (5452, 0),
            "TREC.test": (500, 0),
            "TREC.test.all": (500, 0),
        },
    ),
    "polarity_filepairs": Files(
        "classification",
        {
            "subj.objective": (5000, 0),
            "subj.subjective": (5000, 0),
            "custrev.pos": (2405, 0),
            "custrev.neg": (1366, 0),
        },
        mapping={"label": "@file"},
    ),
    "rucola": Files("classification", {"in_domain_train.csv": (7869, 0)}),
    "prodigy_textcat": Files("classification", {"annotated_reddit-INSULT-textcat.jsonl": (500, 0)}),
    "disaster_tweets": Files("classification", {"train.csv": (7613, 0), "data_readme.txt": (79, 0)}),
    "disaster_tweets_label_errors": Files("classification", {}, others=(20, 0)),
    # No texts: labels, probabilities and file names only.
    "cleanlab_label_errors": Files(
        "classification",
        {
            "imdb_mturk.json": (REFUSED, 0),
            "imdb_test_set_original_labels.npy": (REFUSED, 0),
            "imdb_test_set_pyx.npy": (REFUSED, 0),
            "imdb_test_set_index_to_filename.json": (25000, 0),
            "README_mturk.md": (19, 0),
        },
    ),
    "prodigy_raw": Files(
        "text",
        {
            "annotated_news_headlines-ORG-PERSON-LOCATION-ner.jsonl": (373, 0),
            "raw_github-issue-titles.jsonl": (830, 0),
            "raw_shares-newsapi.jsonl": (1000, 0),
            "plot_summaries.jsonl": (200, 0),
        },
    ),
    "tinyshakespeare": Files("text", {"input.txt": (1, 0)}),
    "nltk_inaugural": Files("text", {}, others=(1, 0)),
    # One of the declarations is an empty file.
    "nltk_udhr2": Files("text", {"nku.txt": (REFUSED, 0)}, others=(1, 0)),
    "llamafactory_pretrain": Files("text", {"c4_demo.jsonl": (300, 0)}),
    # 676 lines of base64 for 515 strings: the list is kept as the two files have it.
    "blns": Files("text", {"blns.json": (515, 0), "blns.base64.json": (676, 0), "blns.txt": (1, 0)}),
}


def files_of(folder: str) -> list[Path]:
    found = (path for path in (SHARED / folder).rglob("*") if path.is_file())
    return sorted(path for path in found if path.name not in ("SOURCE.md", "LICENSE.txt"))


def import_one(project: Project, path: Path, mapping: dict[str, str]) -> tuple[int, int]:
    """Records (new or known) and rejects of one file; anything but a clear refusal is an error."""
    try:
        report = project.import_files([str(path)], Options(mapping=mapping), lambda *_: None)
    except CuratorError as refusal:
        assert path.name.split(".")[0] in refusal.problem, "the refusal names the file"
        assert refusal.remedy, "and says what to do"
        return REFUSED, 0
    assert report.read == report.added + report.duplicates + report.rejected
    return report.added + report.duplicates, report.rejected


@pytest.mark.parametrize("folder", sorted(TABLE))
def test_the_files_of_a_data_set(folder, tmp_path):
    told = TABLE[folder]
    project = Project.create(tmp_path, checked({"kind": told.kind}))
    for path in files_of(folder):
        expected = told.rows.get(path.name, told.others)
        found = import_one(project, path, told.mapping)
        assert expected is None or found == expected, path.name
    rejects = project.rejects()
    assert all(reject.reason and reject.line > 0 and reject.raw for reject in rejects)
    project.close()


OTHERS = (
    sorted(path.name for path in SHARED.iterdir() if path.is_dir() and path.name not in TABLE)
    if (SHARED.is_dir())
    else []
)


@pytest.mark.parametrize("folder", OTHERS)
@pytest.mark.parametrize("kind", ["text", "classification"])
def test_whatever_else_there_is_adds_up_or_is_refused(folder, kind, tmp_path):
    """Tables of numbers, model weights, test suites of broken files: no row is lost and nothing breaks."""
    project = Project.create(tmp_path, checked({"kind": kind}))
    for path in files_of(folder):
        import_one(project, path, {})
    project.close()


def test_every_string_that_breaks_things_comes_back_to_the_last_code_point(tmp_path):
    """Import, edit and export of the Big List of Naughty Strings."""
    import json

    naughty = json.loads((SHARED / "blns" / "blns.json").read_text(encoding="utf-8"))
    rows = tmp_path / "rows.jsonl"
    rows.write_text(
        "".join(
            json.dumps({"instruction": f"q{i}", "answer": text}, ensure_ascii=False) + "\n"
            for i, text in enumerate(naughty)
        ),
        encoding="utf-8",
    )
    project = Project.create(tmp_path / "p", checked({"kind": "instruction"}))
    project.import_files([str(rows)], Options(), lambda *_: None)
    for record in project.records():
        # The same text travels through an edit as well, in the field beside.
        project.editor.set_fields([record.id], {"input": record.fields["answer"] or " "})
    project.split()
    export = project.export("all")
    found = {}
    for name in export.manifest.files:
        for line in (export.path / name).read_text(encoding="utf-8").split("\n")[:-1]:
            row = json.loads(line)
            found[int(row["instruction"][1:])] = (row["answer"], row["input"])
    usable = {i: (text, text) for i, text in enumerate(naughty) if text.strip()}
    assert found == usable
    project.close()
