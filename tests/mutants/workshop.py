"""A copy of the package and its tests in which one rule at a time is switched off."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree, ignore_patterns

from tests.mutants.rules import Mutant

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("unit", "properties", "scenarios", "adversary", "interop")
LEFT_OUT = ignore_patterns("__pycache__", "node_modules", "static", "labextension")
MOST_SECONDS = 240
MOST_CHARACTERS = 110


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether a test turned red, and which; or else why it is not known."""

    rule: str
    noticed: bool
    what: str = ""


class Workshop:
    """One copy; its package is imported by its own tests, and by nobody else's."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def furnished(cls, folder: str, number: int) -> "Workshop":
        root = Path(folder) / str(number)
        copytree(ROOT / "jupyter_automerge", root / "jupyter_automerge", ignore=LEFT_OUT)
        for name in FOLDERS:
            copytree(ROOT / "tests" / name, root / "tests" / name, ignore=LEFT_OUT)
        for name in ("pyproject.toml", "tests/conftest.py"):
            (root / name).write_bytes((ROOT / name).read_bytes())
        return cls(root)

    def try_out(self, mutant: Mutant) -> Outcome:
        """Switch the rule off, run its tests until one is red, switch it on again."""
        file = self.root / "jupyter_automerge" / mutant.file
        sound = file.read_text(encoding="utf-8")
        if sound.count(mutant.before) != 1:
            return Outcome(mutant.rule, False, f"the edit no longer fits {mutant.file}: move it along")
        file.write_text(sound.replace(mutant.before, mutant.after), encoding="utf-8")
        try:
            red = self.red_test(mutant.tests)
            return Outcome(mutant.rule, bool(red), red)
        except subprocess.TimeoutExpired:
            # A busy machine is as slow with the rule in force.
            return Outcome(mutant.rule, False, f"no end within {MOST_SECONDS} s: it needs a quicker test")
        finally:
            file.write_text(sound, encoding="utf-8")

    def red_test(self, tests: list[str] | tuple[str, ...], seconds: float = MOST_SECONDS) -> str:
        """The first red test and what it says; "" if all are green. Raises TimeoutExpired after so many seconds."""
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(self.root)}
        done = subprocess.run(
            command,
            cwd=self.root,
            env=environment,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        if done.returncode in (0, 1):
            return _first_failure(done.stdout) if done.returncode else ""
        # No test was run at all: that notices nothing.
        raise SystemExit(
            f"pytest could not run {' '.join(tests)}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        )


def _first_failure(output: str) -> str:
    # Not what was logged: that says ERROR, too.
    lines = [line for line in output.splitlines() if line.startswith(("FAILED tests/", "ERROR tests/"))]
    return lines[0].rpartition("/")[2][:MOST_CHARACTERS] if lines else "a test failed"
