"""Python and the page say the same of the same row."""

import json
from pathlib import Path
from typing import Any

import pytest

from jupyter_automerge.widget import peer_words

VECTORS = Path(__file__).parents[2] / "vectors" / "peer_words.json"
STORED = {
    "link": "connected",
    "level": "none",
    "missingThere": 0,
    "missingHere": 0,
    "certain": True,
    "activity": "idle",
    "durableAcks": True,
    "ephemeral": False,
    "denied": False,
    "unavailable": False,
    "sameStore": False,
    "clone": False,
    "trust": "normal",
    "via": [],
    "reader": False,
    "projection": False,
    "trouble": "",
}


@pytest.mark.parametrize(
    "case", json.loads(VECTORS.read_text(encoding="utf-8")), ids=lambda case: case["says"]
)
def test_the_words_are_those_of_the_page(case: dict[str, Any]) -> None:
    facts = dict(case["facts"])
    activity = {"activity": "stalled"} if facts.pop("stalled", False) else {}
    facts.pop("hearsay", None)  # follows from link and via
    row = STORED | facts | activity
    said = {"says": peer_words.says(row), "reach": peer_words.reach(row), "why": peer_words.why(row)}
    assert said == {name: case[name] for name in said}
