"""What is missing on a machine is named in one line, with what to install; half done is not done."""

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.packaging.conftest import Copy
from tools.browser import find_browser
from tools.environment import Environment
from tools.stamps import fingerprint, is_current, write_stamp
from tools.steps import SetupError, Steps

NOBODY_LISTENS = "http://127.0.0.1:9"


def complaint(copy: Copy, module: str, *arguments: str, **environment: str) -> str:
    """The standard error of a tool that must fail without a word on standard output."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=copy.folder,
        env={**os.environ, "CI": "", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1 and done.stdout == ""
    return done.stderr


def programs(folder: Path, **scripts: str) -> str:
    """A PATH on which there are only these shell scripts."""
    folder.mkdir()
    for name, script in scripts.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (folder / name).chmod(0o755)
    return str(folder)


@pytest.mark.parametrize(
    ("scripts", "said"),
    [
        ({}, "Node.js is not on the PATH: install Node.js 20 or newer, with npm"),
        ({"node": "echo v20.1.0"}, "npm is not on the PATH: install Node.js 20 or newer, with npm"),
        (
            {"node": "echo v18.20.4", "npm": ""},
            "Node.js 18.20.4 is too old: install Node.js 20 or newer, with npm",
        ),
    ],
)
def test_a_missing_or_old_node_is_one_line(
    copy: Copy, tmp_path: Path, scripts: Mapping[str, str], said: str
) -> None:
    path = programs(tmp_path / "programs", **scripts)
    assert complaint(copy, "tools.lab", PATH=path) == f"make lab: {said}\n"


def test_a_missing_venv_module_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # no uv, which needs none
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SetupError, match=r"no venv module: install it \(Debian: apt install python3"):
        Environment(tmp_path, ("lab",), Steps(tmp_path / "log")).prepare()


def test_no_network_is_one_last_line(copy: Copy, wheel: Path) -> None:
    assert wheel.is_file()  # npm has had its packages: what fails is pip
    shutil.rmtree(copy.folder / ".lab", ignore_errors=True)
    said = complaint(copy, "tools.lab", PIP_INDEX_URL=NOBODY_LISTENS, PIP_EXTRA_INDEX_URL="", PIP_RETRIES="1")
    last = said.splitlines()[-1]
    assert last.startswith("make lab: no network: the first set-up fetches packages with pip and npm")
    assert "Traceback" not in said


def test_no_browser_stops_before_the_tests_with_one_line(copy: Copy, tmp_path: Path) -> None:
    path = programs(tmp_path / "programs")
    said = complaint(copy, "tools.prepare", "--browser", PATH=path, CHROMIUM="")
    assert said == (
        "make test: no browser for the tests: install chromium or google-chrome, or set $CHROMIUM to one\n"
    )


def test_no_redis_stops_before_the_tests_with_one_line(copy: Copy, tmp_path: Path) -> None:
    path = programs(tmp_path / "programs")
    said = complaint(copy, "tools.prepare", "--redis", PATH=path)
    assert said == (
        "make test: no redis-server for the tests of pools: install it (Debian: apt install redis-server)\n"
    )


def test_a_chosen_browser_that_is_none_is_not_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", "/no/such/browser")
    with pytest.raises(SetupError, match=r"\$CHROMIUM is /no/such/browser, which is no program"):
        find_browser()


def test_an_old_python_is_one_line(copy: Copy) -> None:
    old = "import sys; sys.version_info = (3, 9, 2); import tools"
    done = subprocess.run(
        [sys.executable, "-c", old], cwd=copy.folder, capture_output=True, text=True, check=False
    )
    assert done.stderr.startswith("jupyter_automerge needs Python 3.11 or newer and this is 3.9: install")
    assert len(done.stderr.splitlines()) == 1


def test_a_stamp_is_of_names_bytes_and_words(tmp_path: Path) -> None:
    source, stamp = tmp_path / "source", tmp_path / "out" / "stamp"
    before = fingerprint(tmp_path, [source])
    source.write_text("one", encoding="utf-8")
    first = fingerprint(tmp_path, [source])
    write_stamp(stamp, first)
    assert before != first and is_current(stamp, first)
    source.write_text("two", encoding="utf-8")
    assert not is_current(stamp, fingerprint(tmp_path, [source]))
    assert fingerprint(tmp_path, [source], "lab") != fingerprint(tmp_path, [source], "test")
