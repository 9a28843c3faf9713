"""The scenarios and requirements of the peer model: each is a test by its number, or tests/README.md says why not.

A scenario's number is in the name of its test (`test_S29b_...`). The requirements, R1 to R46, have a line each in
tests/README.md, which names the test that shows it, or what stands in its way.
"""

import ast
import re
from pathlib import Path

HERE = Path(__file__).parent
OTHER_CATALOGUE = "test_document_sync.py"  # S there is a group of the acceptance catalogue
SCENARIOS = {*map(str, range(1, 46)), "29b"}
REQUIREMENTS = set(range(1, 47))
NUMBER = re.compile(r"(?<![A-Za-z0-9])S(\d{1,2}b?)(?![A-Za-z0-9])")


def test_every_scenario_has_a_test_or_a_reason() -> None:
    missing = SCENARIOS - scenarios_in_test_names() - scenarios_in_readme()
    assert not missing, f"neither a test's name nor tests/README.md says scenario {_listed(missing)}"


def test_no_reason_is_given_for_a_scenario_that_has_a_test() -> None:
    both = scenarios_in_test_names() & scenarios_in_readme()
    assert not both, f"tests/README.md says why there is no test, and there is one: {_listed(both)}"


def test_no_test_claims_a_scenario_that_does_not_exist() -> None:
    unknown = scenarios_in_test_names() - SCENARIOS
    assert not unknown, f"no such scenario: {_listed(unknown)}"


def test_every_requirement_has_one_line() -> None:
    numbers = [number for number, _ in requirements_in_readme()]
    assert sorted(numbers) == sorted(REQUIREMENTS), (
        f"missing: {sorted(REQUIREMENTS - set(numbers))}, twice: {[n for n in numbers if numbers.count(n) > 1]}"
    )


def test_the_tests_that_requirements_name_exist() -> None:
    names = {name for _, function in _tests() for name in [function]}
    for number, line in requirements_in_readme():
        for named in re.findall(r"`(test_\w+)`", line):
            assert named in names, f"R{number}: there is no {named}"


def scenarios_in_test_names() -> set[str]:
    return {
        number
        for file, function in _tests()
        if file != OTHER_CATALOGUE
        for number in NUMBER.findall(function.replace("_", " "))
    }


def scenarios_in_readme() -> set[str]:
    return {match[1] for line in _readme() if (match := re.match(r"\| scenario (\d{1,2}b?) \|", line))}


def requirements_in_readme() -> list[tuple[int, str]]:
    return [(int(match[1]), line) for line in _readme() if (match := re.match(r"\| R(\d{1,2}) \|", line))]


def _readme() -> list[str]:
    return (HERE / "README.md").read_text(encoding="utf-8").splitlines()


def _tests() -> list[tuple[str, str]]:
    return [
        (file.name, node.name)
        for file in HERE.rglob("test_*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    ]


def _listed(numbers: set[str]) -> str:
    return ", ".join(sorted(numbers, key=lambda number: (int(number.rstrip("b")), number)))
