"""A copy of this project as git would clone it, and virtual environments that hold only its dependencies."""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


class Copy:
    """A clone's worth of files in a folder of its own, with the commands that people run in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def build(self, target: str, *, with_node: bool = True) -> Path:
        """`hatchling build`; the distribution it made. Raises BuildFailed."""
        command = [sys.executable, "-m", "hatchling", "build", "--target", target]
        environment = dict(os.environ) if with_node else without_node(self.folder)
        done = subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise BuildFailed(done.stdout + done.stderr)
        [made] = (self.folder / "dist").glob("*.whl" if target == "wheel" else "*.tar.gz")
        return made

    def built_files(self) -> dict[str, bytes]:
        """Every byte of the front-end, by place in the project."""
        return front_end_bytes(self.folder)

    def forget_front_end(self) -> None:
        """Remove what was built, as in a clone."""
        shutil.rmtree(self.folder / "jupyter_automerge/widget/static")
        shutil.rmtree(self.folder / "jupyter_automerge/labextension")


class BuildFailed(Exception):
    """A build ended with an error; its output."""


class Installation:
    """A virtual environment that sees this one's packages, so that only the package itself is installed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.python = folder / "bin" / "python"
        venv.create(folder, with_pip=False, symlinks=True)
        self.site = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
        others = "\n".join(sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}))
        (self.site / "dependencies.pth").write_text(others, encoding="utf-8")

    def install(self, *what: str | Path, with_node: bool = True) -> None:
        """`pip install` without dependencies. Raises BuildFailed."""
        command = [
            *(sys.executable, "-m", "pip", "--python", self.python, "install"),
            *("--ignore-installed", "--no-deps", "--no-build-isolation", "--no-index", *what),
        ]
        environment = dict(os.environ) if with_node else without_node(self.folder)
        done = subprocess.run(
            list(map(str, command)), env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise BuildFailed(done.stdout + done.stderr)

    def run(self, *arguments: str) -> str:
        """What its Python says to these arguments, on both streams, where no Node is on the PATH."""
        environment = without_node(self.folder) | {
            "HOME": str(self.folder),
            "JUPYTER_CONFIG_DIR": str(self.folder / "config"),
            "JUPYTER_DATA_DIR": str(self.folder / "data"),
            "JUPYTER_PREFER_ENV_PATH": "1",
        }
        done = subprocess.run(
            [str(self.python), *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout + done.stderr


def without_node(folder: Path) -> dict[str, str]:
    """This process's environment with a PATH on which there is no Node."""
    empty = folder / "no-programs"
    empty.mkdir(exist_ok=True)
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {"PATH": str(empty)}


def front_end_bytes(project: Path) -> dict[str, bytes]:
    """Every byte of the front-end that is built in a folder, by place in it."""
    package = project / "jupyter_automerge"
    files = [*(package / "widget/static").rglob("*"), *(package / "labextension").rglob("*")]
    return {file.relative_to(project).as_posix(): file.read_bytes() for file in files if file.is_file()}


@pytest.fixture(scope="session")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """This project's own files in another folder: nothing installed, nothing built."""
    folder = tmp_path_factory.mktemp("clone") / "jupyter_automerge"
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    return Copy(folder)


@pytest.fixture(scope="session")
def wheel(copy: Copy) -> Path:
    """The wheel, built in the copy: `npm ci` and all."""
    return copy.build("wheel")


@pytest.fixture(scope="session")
def sdist(copy: Copy, wheel: Path) -> Path:
    """The source distribution of the same copy."""
    assert wheel.is_file()
    return copy.build("sdist")


@pytest.fixture
def installation(tmp_path: Path) -> Callable[[], Installation]:
    """Make an empty installation."""
    return lambda: Installation(tmp_path / "venv")
