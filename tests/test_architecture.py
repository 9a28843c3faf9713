"""The plan of the house: which room may know which, what the pure rooms may not touch, names and sizes.

The imports are read from the syntax tree, so those inside functions and under TYPE_CHECKING count too.
"""

import ast
import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "jupyter_automerge"

BELOW_REPO = {"values", "wire", "document", "engine", "storage", "network"}

# Single files that every room may import.
OPEN = {"errors", "version"}

# A room and the rooms that it may import; the package's own __init__ wires them.
ARROWS = {
    "errors": set(),
    "version": set(),
    "values": set(),
    "document": {"values"},
    "wire": {"values"},
    "engine": {"values", "wire", "document"},
    "storage": {"values"},
    "network": {"values"},
    "repo": BELOW_REPO,
    "server": {"repo", "values"},
    "kernel": {"repo", "values"},
    "notebooks": {"repo", "values"},
    "cli": {"repo", "values"},
    "widget": {"repo", "kernel", "values"},
    "testing": BELOW_REPO | {"repo"},
}

# Packages from outside the standard library that a room may import. Rooms without a line may import any.
OUTSIDE: dict[str, set[str]] = {
    "errors": set(),
    "version": set(),
    "values": set(),
    "document": {"automerge"},
    "wire": {"cbor2"},
    "engine": set(),
    "storage": {"obstore", "redis", "watchfiles"},  # loaded when first used
    "network": {"tornado"},
    "repo": set(),  # asyncio and what is below it
}

PURE = {"values", "wire", "document", "engine"}
IMPURE_MODULES = {
    "asyncio", "io", "logging", "multiprocessing", "os", "pathlib", "random", "secrets", "select", "shutil",
    "signal", "socket", "subprocess", "tempfile", "threading", "time", "tornado",
}  # fmt: skip
IMPURE_CALLS = {
    "date.today", "datetime.now", "datetime.today", "datetime.utcnow", "input", "open", "print", "uuid.uuid1",
    "uuid.uuid4", "uuid1", "uuid4",
}  # fmt: skip
ALLOWED_IMPURITY = {
    ("document", "threading"),  # it owns the one lock around the binding
    ("wire", "io"),  # BytesIO, which opens nothing: how cbor2 tells where an item ended
}

LONGEST_FILE = 450
EMPTY_WORDS = {"helper", "helpers", "manager", "misc", "util", "utils"}


@dataclass(frozen=True)
class Import:
    """One imported module: where, in which line, and its full name."""

    file: Path
    line: int
    module: str

    def __str__(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.line} imports {self.module}"


def python_files(*folders: str) -> list[Path]:
    """Every Python file in these folders of the repository."""
    return sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))


def room_of(file: Path) -> str:
    """The room a file belongs to; the package's own __init__ has the name ''."""
    inside = file.relative_to(PACKAGE)
    return (
        inside.parts[0]
        if len(inside.parts) > 1
        else inside.stem.replace("__init__", "").replace("__main__", "cli")
    )


def imports_of(file: Path) -> Iterator[Import]:
    """Every import in a file: relative ones made absolute, `from package import room` as package.room."""
    package = file.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (Import(file, node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*above, *(node.module.split(".") if node.module else ())))
            names = [alias.name for alias in node.names] if module == PACKAGE.name else [""]
            yield from (Import(file, node.lineno, f"{module}.{name}".rstrip(".")) for name in names)


def room_imports() -> Iterator[tuple[str, Import]]:
    """Every import in the package with its room, the wiring of the package's __init__ left out."""
    for file in python_files("jupyter_automerge"):
        if (room := room_of(file)) != "":
            yield from ((room, found) for found in imports_of(file))


def test_every_room_is_on_the_plan() -> None:
    rooms = {room_of(file) for file in python_files("jupyter_automerge")} - {""}
    assert rooms <= ARROWS.keys(), f"rooms without a line in ARROWS: {sorted(rooms - ARROWS.keys())}"


def test_rooms_import_only_along_the_arrows() -> None:
    wrong = []
    for room, found in room_imports():
        parts = found.module.split(".")
        if parts[0] != PACKAGE.name:
            continue
        target = parts[1] if len(parts) > 1 else "the wired package itself"
        if target not in ARROWS.get(room, set()) | {room} | OPEN:
            wrong.append(f"{found}: {room} may import {', '.join(sorted(ARROWS[room])) or 'nothing'}")
    assert not wrong, "\n".join(wrong)


def test_only_the_document_room_knows_the_automerge_package() -> None:
    known = [
        str(found) for room, found in room_imports() if _top(found) == "automerge" and room != "document"
    ]
    assert not known, "\n".join(known)


def test_lower_rooms_need_only_the_packages_on_the_plan() -> None:
    free = set(sys.stdlib_module_names) | {PACKAGE.name}
    wrong = [
        f"{found}: {room} may use {', '.join(sorted(OUTSIDE[room])) or 'the standard library only'}"
        for room, found in room_imports()
        if room in OUTSIDE and _top(found) not in free | OUTSIDE[room]
    ]
    assert not wrong, "\n".join(wrong)


def test_pure_rooms_have_no_clock_no_chance_and_no_io() -> None:
    wrong = [
        str(found)
        for room, found in room_imports()
        if room in PURE and _top(found) in IMPURE_MODULES and (room, _top(found)) not in ALLOWED_IMPURITY
    ]
    for file in python_files("jupyter_automerge"):
        if room_of(file) in PURE:
            wrong += [f"{file.relative_to(ROOT)}:{line} calls {name}" for line, name in _impure_calls(file)]
    assert not wrong, "\n".join(wrong)


def test_no_file_is_too_long() -> None:
    files = [*python_files("bench", "jupyter_automerge", "tests", "tools"), *(ROOT / "js/src").rglob("*.ts")]
    sizes = {file: len(file.read_text(encoding="utf-8").splitlines()) for file in files if not _foreign(file)}
    long = [f"{file.relative_to(ROOT)}: {size} lines" for file, size in sizes.items() if size > LONGEST_FILE]
    assert not long, "each hides a second concept:\n" + "\n".join(long)


def test_names_say_what_a_thing_is() -> None:
    empty = []
    for file in python_files("jupyter_automerge", "tools"):
        names = [file.stem, *_defined(ast.parse(file.read_text(encoding="utf-8")))]
        empty += [f"{file.relative_to(ROOT)}: {name}" for name in names if EMPTY_WORDS & _words(name)]
    assert not empty, "\n".join(empty)


@pytest.mark.parametrize(
    "file",
    [file for file in python_files("jupyter_automerge") if file.name == "__init__.py"],
    ids=lambda file: room_of(file) or "jupyter_automerge",
)
def test_all_lists_exactly_what_can_be_imported(file: Path) -> None:
    module = importlib.import_module(".".join(file.relative_to(ROOT).parent.parts))
    listed = getattr(module, "__all__", [])
    assert len(listed) == len(set(listed)), f"{module.__name__}.__all__ names something twice"
    missing = [name for name in listed if not hasattr(module, name)]
    assert not missing, f"{module.__name__}.__all__ names what is not there: {missing}"
    offered = {name for name in _imported_from_own_rooms(file) if not name.startswith("_")}
    assert offered <= set(listed), (
        f"{module.__name__} imports but does not list {sorted(offered - set(listed))}"
    )


def test_importing_the_package_in_a_script_loads_no_jupyter() -> None:
    heavy = "{'ipywidgets', 'anywidget', 'jupyter_server', 'IPython'} & sys.modules.keys()"
    script = f"import sys, jupyter_automerge; sys.exit(', '.join({heavy}) or None)"
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert loaded.returncode == 0, f"`import jupyter_automerge` loads {loaded.stderr}"


def test_lock_files_name_no_place_to_download_from() -> None:
    locks = [file for file in ROOT.glob("*/**/package-lock.json") if not _foreign(file)]
    naming = [
        file for file in locks if re.search(r'"resolved":\s*"https?:', file.read_text(encoding="utf-8"))
    ]
    assert not naming, f"packages come from where the machine is set to get them: {naming}"


def _top(found: Import) -> str:
    return found.module.partition(".")[0]


def _foreign(file: Path) -> bool:
    return any(part == "node_modules" or part.startswith(".") for part in file.relative_to(ROOT).parts)


def _words(name: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def _defined(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name


def _impure_calls(file: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and (name := ast.unparse(node.func)) in IMPURE_CALLS:
            yield node.lineno, name


def _imported_from_own_rooms(file: Path) -> Iterator[str]:
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").startswith(PACKAGE.name)):
            yield from (alias.asname or alias.name for alias in node.names)
