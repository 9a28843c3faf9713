"""The acceptance catalogue: what automerge-repo's own tests require of a peer, one code for each behaviour.

A code is in the name of its test (`test_M12_...`), or in tests/README.md with the reason why not.
"""

import ast
import re
from pathlib import Path

HERE = Path(__file__).parent
CONTRACTS = HERE.parent / "jupyter_automerge" / "testing"  # tests that adapters of others run as well

# What an interoperating peer must do, by group: U urls, N network, W WebSocket, S one document with its
# peers, K many documents, P share policy, L a Repo alone, M Repos together, T storage adapters, X the store.
REQUIRED = {
    "U": {*range(1, 10), *range(11, 16)},
    "N": {*range(5, 13)},
    "W": {*range(1, 5), 6, 8, 9, *range(11, 19)},
    "S": {*range(1, 9), *range(10, 16)},
    "K": {*range(1, 6)},
    "P": {*range(1, 6), *range(7, 11)},
    "L": {*range(10, 16), 17, *range(20, 23), 28, 34},
    "M": {*range(1, 27)},
    "T": {*range(1, 9)},
    "X": {*range(1, 5), *range(6, 13)},
}
ONE_DOCUMENT = "test_document_sync.py"  # elsewhere S is a scenario of the peer model
CODE = re.compile(rf"(?<![A-Za-z0-9])([{''.join(REQUIRED)}]\d{{1,2}})(?![0-9])")


def test_every_required_behaviour_has_a_test_or_a_reason() -> None:
    required = {f"{group}{number}" for group, numbers in REQUIRED.items() for number in numbers}
    missing = required - codes_in_test_names() - codes_in_readme()
    assert not missing, (
        f"neither a test's name nor tests/README.md says {', '.join(sorted(missing, key=_order))}"
    )


def test_no_reason_is_given_for_what_has_a_test() -> None:
    both = codes_in_test_names() & codes_in_readme()
    assert not both, f"tests/README.md says why there is no test, and there is one: {', '.join(sorted(both))}"


def codes_in_test_names() -> set[str]:
    """Every code in the name of a test function."""
    codes: set[str] = set()
    for file in (*HERE.rglob("test_*.py"), *CONTRACTS.glob("*_contract.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                found = set(CODE.findall(node.name.replace("_", " ")))
                codes |= {code for code in found if code[0] != "S" or file.name == ONE_DOCUMENT}
    return codes


def codes_in_readme() -> set[str]:
    """Every code that the table of exceptions in tests/README.md begins a line with."""
    lines = (HERE / "README.md").read_text(encoding="utf-8").splitlines()
    return {match[1] for line in lines if (match := re.match(r"\| ([A-Z]\d{1,2}) \|", line))}


def _order(code: str) -> tuple[str, int]:
    return code[0], int(code[1:])
