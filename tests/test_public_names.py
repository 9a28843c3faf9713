"""The package's front door: what it offers, and what merely opening it costs."""

import subprocess
import sys
from importlib import import_module

import pytest

import jupyter_automerge

HEAVY = ("ipywidgets", "anywidget", "IPython", "jupyter_server", "tornado", "automerge", "cbor2", "asyncio")


def test_the_names_are_sorted_and_each_is_there_once() -> None:
    names = jupyter_automerge.__all__
    assert names == sorted(set(names))
    assert set(names) <= set(dir(jupyter_automerge))


@pytest.mark.parametrize("name", jupyter_automerge.__all__)
def test_every_name_loads_from_where_it_is_defined(name: str) -> None:
    value = getattr(jupyter_automerge, name)
    if name != "__version__":
        assert value.__name__ == name
        assert value.__module__.startswith("jupyter_automerge.")
        assert getattr(import_module(value.__module__), name) is value


def test_there_is_nothing_else() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Repository'"):
        _ = jupyter_automerge.Repository


def child(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def loaded_after(statement: str) -> set[str]:
    return set(child(f"{statement}\nimport sys\nprint(*sys.modules)").split())


def test_importing_the_package_loads_nothing_that_is_heavy() -> None:
    assert not loaded_after("import jupyter_automerge") & set(HEAVY)


def test_a_script_with_a_repo_loads_neither_widgets_nor_a_server() -> None:
    loaded = loaded_after("from jupyter_automerge import Repo, FileStorage, AutomergeError")
    assert not loaded & {"ipywidgets", "anywidget", "IPython", "jupyter_server"}


def test_a_name_that_is_used_twice_is_looked_up_once() -> None:
    program = "import jupyter_automerge as j\nassert 'Repo' not in vars(j)\nj.Repo\nassert 'Repo' in vars(j)"
    child(program)
