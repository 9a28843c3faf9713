"""Names that cannot mislead, and enums that explain themselves."""

import inspect
import re
from dataclasses import fields
from enum import Enum
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_automerge.values import limits, status
from jupyter_automerge.values.identity import NO_CLAIMS, PeerMetadata, clean_name
from jupyter_automerge.values.status import Level


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Alice", "Alice"),
        ("  Alice \n Lab\t", "Alice Lab"),
        ("Ali\x00ce\x1b[31m", "Ali ce [31m"),
        ("\u202ecilA", "cilA"),
        ("ad\u200bmin", "ad min"),
        ("\u2066Bob\u2069", "Bob"),
        ("Zoë 😀", "Zoë 😀"),
        ("\ud800", ""),
        ("", ""),
        ("x" * 10_000_000, "x" * 64),
        ("\u202e" * 100_000 + "Eve", ""),
    ],
)
def test_a_name_loses_what_misleads_and_is_cut(said: str, shown: str) -> None:
    assert clean_name(said) == shown


@given(st.text())
def test_a_clean_name_is_clean_short_and_can_be_encoded(said: str) -> None:
    shown = clean_name(said)
    assert clean_name(shown) == shown
    assert len(shown) <= 64
    assert shown.isprintable() or not re.search(r"[\x00-\x1f\u202a-\u202e]", shown)
    assert shown.encode().decode() == shown


def test_a_reason_may_be_longer_than_a_name() -> None:
    assert len(clean_name("x" * 1000, limits.MAX_REASON_CHARACTERS)) == limits.MAX_REASON_CHARACTERS


def test_a_peer_that_says_nothing_claims_nothing() -> None:
    assert PeerMetadata() == NO_CLAIMS
    assert not any(getattr(NO_CLAIMS, field.name) for field in fields(NO_CLAIMS))


def test_levels_compare() -> None:
    assert Level.NONE < Level.SENT < Level.RECEIVED < Level.STORED


def test_every_member_of_every_enum_has_its_line_of_explanation() -> None:
    source = Path(inspect.getfile(status)).read_text()
    for name, enum in inspect.getmembers(status, inspect.isclass):
        if issubclass(enum, Enum) and enum.__module__ == status.__name__:
            for member in enum:
                assert re.search(rf'\n    {member.name} = \S+\n    """\S', source), f"{name}.{member.name}"
