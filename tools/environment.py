"""A folder with a virtual environment in which this package is installed, editable, with its front-end built.

`make lab` has one in `.lab/`, `make test` one in `.test/`. A second call installs and builds nothing
until pyproject.toml, a lock file or a source of the front-end changes.
"""

import importlib.util
import os
import shutil
import sys
from pathlib import Path

from tools import front_end
from tools.node import node_trouble
from tools.stamps import fingerprint, is_current, write_stamp
from tools.steps import ROOT, SetupError, Steps

LABEXTENSION = "share/jupyter/labextensions/jupyter_automerge"


class Environment:
    """One such folder. `extras` are the optional dependencies of pyproject.toml that it holds."""

    def __init__(self, folder: Path, extras: tuple[str, ...], steps: Steps) -> None:
        self.folder = folder
        self.venv = folder / "venv"
        self.programs = self.venv / ("Scripts" if os.name == "nt" else "bin")
        self.python = self.programs / ("python.exe" if os.name == "nt" else "python")
        self._extras = extras
        self._steps = steps

    def prepare(self) -> None:
        """Make it complete and current. Raises SetupError with the one line that says what to install."""
        self._check_tools()
        built = self._build_front_end()
        if not self._install() and built:
            self._refresh_labextension()

    def _check_tools(self) -> None:
        if not self._has_uv() and not all(map(importlib.util.find_spec, ("venv", "ensurepip"))):
            version = f"{sys.version_info.major}.{sys.version_info.minor}"
            raise SetupError(
                f"Python has no venv module: install it (Debian: apt install python{version}-venv)"
            )
        trouble = node_trouble()
        if trouble is not None:
            raise SetupError(trouble)

    def _build_front_end(self) -> bool:
        if not front_end.is_fresh(ROOT):
            self._steps.announce("building the front-end ...")
        return front_end.build(ROOT, self._npm)

    def _npm(self, command: list[str], folder: Path) -> None:
        what = " ".join(command[:3])
        self._steps.run_in(folder, command, f"`{what}` failed in {folder.relative_to(ROOT)}")

    def _install(self) -> bool:
        """Install the package unless that was done from this pyproject.toml. Returns whether it did."""
        wanted = fingerprint(ROOT, [ROOT / "pyproject.toml"], sys.version, *self._extras)
        stamp = self.venv / "installed.sha256"
        if is_current(stamp, wanted):
            return False
        self._steps.announce("installing the Python packages, about a minute ...")
        stamp.unlink(missing_ok=True)
        package = f"{ROOT}[{','.join(self._extras)}]"
        if not (self._has_uv() and self._install_with_uv(package)):
            self._install_with_pip(package)
        write_stamp(stamp, wanted)
        return True

    def _install_with_pip(self, package: str) -> None:
        self._make_venv([sys.executable, "-m", "venv"], "python could not make a virtual environment")
        pip: list[str | Path] = [self.python, "-m", "pip", "install", "--disable-pip-version-check"]
        self._steps.run([*pip, "--no-input", "--editable", package], "pip could not install the packages")

    def _install_with_uv(self, package: str) -> bool:
        """uv is faster, but does not read pip's configuration: where only pip has an index, pip it is."""
        try:
            self._make_venv(["uv", "venv", "--seed", "--python", sys.executable], "uv venv failed")
            install: list[str | Path] = ["uv", "pip", "install", "--python", self.python]
            self._steps.run([*install, "--editable", package], "uv pip install failed")
        except SetupError:
            self._steps.announce("uv could not install the packages: pip does it ...")
            return False
        return True

    def _make_venv(self, command: list[str], trouble: str) -> None:
        """Make the virtual environment, unless it is there for this very Python: that saves half a minute."""
        wanted = fingerprint(ROOT, [], sys.executable, sys.version)
        stamp = self.venv / "python.sha256"
        if not (self.python.exists() and is_current(stamp, wanted)):
            self._steps.run([*command, "--clear", str(self.venv)], trouble)
            write_stamp(stamp, wanted)

    def _refresh_labextension(self) -> None:
        """An editable install copies the extension for JupyterLab: a new build has to be copied again."""
        target = self.venv / LABEXTENSION
        if target.is_dir():
            shutil.rmtree(target)
        shutil.copytree(ROOT / "jupyter_automerge/labextension", target)

    def _has_uv(self) -> bool:
        return shutil.which("uv") is not None
