"""The documentation's own pages: links lead somewhere, rules are numbered without a gap."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md"), ROOT / "tests" / "README.md"])
LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)")
RULES = {"docs/protocol.md": r"^\| (P)(\d+) \|", "docs/peers.md": r"\*\*(E)(\d+)\*\*"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file(page: Path) -> None:
    links = LINK.findall(page.read_text(encoding="utf-8"))
    lost = [link for link in links if not (page.parent / link).exists()]
    assert not lost


@pytest.mark.parametrize("page", RULES)
def test_rules_are_numbered_from_one_without_a_gap(page: str) -> None:
    found = re.findall(RULES[page], (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
    # A new rule stands where it belongs, with the next number: numbers that code names stay as they are.
    assert sorted(int(number) for _, number in found) == list(range(1, len(found) + 1))


def test_rules_that_code_names_exist() -> None:
    page = (ROOT / "docs/protocol.md").read_text(encoding="utf-8")
    last = max(int(number) for _, number in re.findall(RULES["docs/protocol.md"], page, re.MULTILINE))
    named = {
        int(number)
        for file in (ROOT / "jupyter_automerge").rglob("*.py")
        for number in re.findall(r"\(P(\d+)\)", file.read_text(encoding="utf-8"))
    }
    assert named <= set(range(1, last + 1))
