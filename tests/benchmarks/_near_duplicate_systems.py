"""One measurement in a process of its own: `python _near_duplicate_systems.py SYSTEM ROWS RESULT`.

ROWS is a JSON list of texts. RESULT becomes a JSON object of figures, with the pairs beside it as `.npy`.
Only the standard library is imported before the system is known, for peers live in environments of their own.
"""

from __future__ import annotations

import gc
import json
import re
import resource
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

THRESHOLD = 0.8
PERMUTATIONS, BANDS = 128, 16
HELD_OUT = 10
"""Every tenth row is held out when contamination is measured."""
RUN = 13
QUERIES = 2000
WORD = re.compile(r"\w+")
"""Words as the peers get them; beyond ASCII, Curator's own differ a little."""
Task = Callable[[list[str]], Any]


def shingles(text: str) -> list[str]:
    words = WORD.findall(text.lower())
    return [" ".join(run) for run in zip(words, words[1:], words[2:], strict=False)] or [" ".join(words)]


def batches(items: Any, size: int) -> Iterator[list[Any]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def curator() -> Task:
    from curator.near_duplicates import every_pair, pairs

    def run(texts: list[str]) -> Any:
        found = every_pair(pairs(texts, THRESHOLD))
        return list(zip(found.left.tolist(), found.right.tolist(), strict=True))

    return run


def rensa() -> Task:
    from rensa import RMinHash, RMinHashLSH

    def run(texts: list[str]) -> Any:
        sketches: list[Any] = []
        for batch in batches(texts, 1024):
            sketches += RMinHash.from_token_sets(map(shingles, batch), num_perm=PERMUTATIONS, seed=42)
        index = RMinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS, num_bands=BANDS)
        index.insert_many(sketches)
        found, number = [], 0
        for batch in batches(sketches, 4096):
            for candidates in index.query_all(batch):
                one = sketches[number]
                found += [
                    (number, c) for c in candidates if c > number and one.jaccard(sketches[c]) >= THRESHOLD
                ]
                number += 1
        return found

    return run


def datasketch() -> Task:
    from datasketch import MinHash, MinHashLSH

    def run(texts: list[str]) -> Any:
        index = MinHashLSH(num_perm=PERMUTATIONS, params=(BANDS, PERMUTATIONS // BANDS))
        sketches, found = [], []
        tokens = ([token.encode("utf-8", "replace") for token in set(shingles(text))] for text in texts)
        for number, sketch in enumerate(MinHash.generator(tokens, num_perm=PERMUTATIONS)):
            found += [(c, number) for c in index.query(sketch) if sketches[c].jaccard(sketch) >= THRESHOLD]
            index.insert(number, sketch)
            sketches.append(sketch)
        return found

    return run


def data_juicer() -> Task:
    from data_juicer.core.data import NestedDataset
    from data_juicer.ops.deduplicator.document_minhash_deduplicator import DocumentMinhashDeduplicator
    from datasets import Dataset, disable_progress_bars
    from loguru import logger

    logger.remove()
    disable_progress_bars()

    def run(texts: list[str]) -> Any:
        operator = DocumentMinhashDeduplicator(
            window_size=3, num_permutations=PERMUTATIONS, jaccard_threshold=THRESHOLD
        )
        rows = NestedDataset(Dataset.from_dict({"text": texts, "number": list(range(len(texts)))}))
        processes = (
            2 if len(texts) > 100_000 else None
        )  # two take longer to start than they save on fewer rows
        hashed = Dataset.map(rows, operator.compute_hash, num_proc=processes)
        kept = set(operator.process(hashed)[0]["number"])
        return {"removed": [number for number in range(len(texts)) if number not in kept]}

    return run


def held_out_and_train(texts: list[str]) -> tuple[list[str], list[str]]:
    texts = [text for text in texts if text.isascii()]  # here all know the same words
    return texts[::HELD_OUT], [text for number, text in enumerate(texts) if number % HELD_OUT]


def contamination() -> Task:
    from curator.contamination import contaminated

    def run(texts: list[str]) -> Any:
        held_out, train = held_out_and_train(texts)
        return {"removed": contaminated(held_out, train, RUN).nonzero()[0].tolist()}

    return run


def contamination_sets() -> Task:
    def runs(text: str) -> set[str]:
        words = WORD.findall(text.lower())
        return {" ".join(words[start : start + RUN]) for start in range(len(words) - RUN + 1)}

    def run(texts: list[str]) -> Any:
        held_out, train = held_out_and_train(texts)
        known: set[str] = set()
        for text in train:
            known |= runs(text)
        return {
            "removed": [number for number, text in enumerate(held_out) if not known.isdisjoint(runs(text))]
        }

    return run


def index() -> Task:
    from curator.near_duplicates import Index

    def run(texts: list[str]) -> Any:
        started = time.perf_counter()
        ready = Index(texts, THRESHOLD)
        figures = {"build": time.perf_counter() - started}
        chosen = range(0, len(texts), max(1, len(texts) // QUERIES))
        figures["query"] = [seconds(lambda n=n: ready.near(texts[n])) for n in chosen]
        figures["edit"] = [seconds(lambda n=n: ready.replace(n, texts[n] + " and more")) for n in chosen]
        figures["query after edits"] = [seconds(lambda n=n: ready.near(texts[n])) for n in chosen]
        return figures

    return run


def seconds(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


SYSTEMS: dict[str, Callable[[], Task]] = {
    "curator": curator,
    "rensa": rensa,
    "datasketch": datasketch,
    "data-juicer": data_juicer,
    "contamination": contamination,
    "contamination with sets": contamination_sets,
    "index": index,
}


def memory(key: str) -> float:
    """Resident memory of this process in MiB, now (VmRSS) or at most (VmHWM); without /proc, the most ever."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return next(
        int(line.split()[1]) / 1024 for line in status.read_text().splitlines() if line.startswith(key)
    )


def main() -> None:
    system, rows, result = sys.argv[1:4]
    texts = json.loads(Path(rows).read_text(encoding="utf-8"))
    task = SYSTEMS[system]()
    gc.collect()
    gc.freeze()
    before, started = memory("VmRSS"), time.perf_counter()
    found = task(texts)
    taken = time.perf_counter() - started
    figures = {"seconds": taken, "mib": memory("VmHWM") - before}
    Path(result).write_text(json.dumps(figures | (found if isinstance(found, dict) else {"pairs": found})))


if __name__ == "__main__":
    main()
