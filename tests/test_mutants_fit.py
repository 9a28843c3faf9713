"""The rules that `make mutants` switches off are where it looks for them, and no two are the same.

Whether a test notices is seen there, which takes long; that an edit no longer fits is seen here at once.
"""

import ast
from collections import Counter
from pathlib import Path

from tests.mutants.every_rule import EVERY_MUTANT
from tests.mutants.rules import Mutant

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "jupyter_automerge"


def test_every_edit_fits_its_file_once_and_leaves_a_program() -> None:
    misfits = [f"{one.rule}: {defect}" for one in EVERY_MUTANT if (defect := edit_defect(one))]
    assert not misfits, "move these edits along with their rules:\n" + "\n".join(misfits)


def test_every_test_that_must_notice_is_there() -> None:
    gone = [f"{one.rule}: {test}" for one in EVERY_MUTANT for test in one.tests if not is_there(test)]
    assert not gone, "these tests went elsewhere:\n" + "\n".join(gone)


def test_no_two_rules_are_the_same() -> None:
    names = Counter(one.rule for one in EVERY_MUTANT)
    edits = Counter((one.file, one.before, one.after, one.tests) for one in EVERY_MUTANT)
    assert not [name for name, count in names.items() if count > 1]
    assert not [edit for edit, count in edits.items() if count > 1], (
        "one edit may have two tests, not two names"
    )


def edit_defect(mutant: Mutant) -> str:
    file = PACKAGE / mutant.file
    if not file.exists():
        return f"there is no {mutant.file}"
    sound = file.read_text(encoding="utf-8")
    if (count := sound.count(mutant.before)) != 1:
        return f"stands {count} times in {mutant.file}"
    try:
        ast.parse(sound.replace(mutant.before, mutant.after))
    except SyntaxError as error:
        return f"leaves no program in {mutant.file}: {error}"
    return ""


def is_there(test: str) -> bool:
    path, _, name = test.partition("::")
    file = ROOT / path
    return file.exists() and f"def {name}" in file.read_text(encoding="utf-8")
