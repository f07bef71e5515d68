"""Made-up inputs: sentences of a topic, with its label, in two languages."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from curator.config import Config, checked
from curator.drifting.gathering import Side, Text

TOPICS: Mapping[str, str] = {
    "delivery": "parcel late courier address tracking lost box door driver deliver waiting street package",
    "refund": "money back charge twice card bank return amount invoice wrong cancel pay credit",
    "account": "password login email locked reset user name profile change phone access sign settings",
}
COMMON = (
    "the my a please i is it was not have you me help with and for this how when can still of to yesterday"
)
MEDICINE = "tablet dose doctor fever headache prescription pharmacy allergy nurse vaccine symptom cough"
RUSSIAN = "моя посылка не пришла верните деньги пожалуйста пароль доставка карта счёт почему курьер когда"
SHARES = {"delivery": 0.5, "refund": 0.3, "account": 0.2}
SETTINGS: Config = checked({"kind": "classification", "labels": list(TOPICS), "model": "none/none"})


def sentence(rng: np.random.Generator, topic: str, length: int) -> str:
    own, common = topic.split(), COMMON.split()
    return " ".join(rng.choice(own if rng.random() < 0.4 else common) for _ in range(length))


def drawn(
    rng: np.random.Generator,
    count: int,
    shares: Mapping[str, float] = SHARES,
    topics: Mapping[str, str] = TOPICS,
    longer: float = 1.0,
    labelled: bool = True,
) -> list[Text]:
    """Inputs whose labels have these shares."""
    names = rng.choice(list(shares), count, p=list(shares.values()))
    texts = [sentence(rng, topics[name], max(2, int(longer * rng.gamma(6, 2)))) for name in names]
    return [
        Text(f"new.csv:{number}", text, str(name) if labelled else "")
        for number, (name, text) in enumerate(zip(names, texts, strict=True), 2)
    ]


def side(texts: list[Text]) -> Side:
    return Side(tuple(texts), len(texts))
