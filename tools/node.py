"""Node.js as this project needs it: the one on the PATH, and a folder's packages, once per lock file."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from tools.stamps import fingerprint, is_current, write_stamp

OLDEST_NODE = 20
INSTALL_NODE = f"install Node.js {OLDEST_NODE} or newer, with npm"

# npm's own would wait more than a minute before it says that there is no network.
PATIENCE = ("--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000")

Run = Callable[[list[str], Path], None]  # a command and the folder it runs in; raises when the command fails


def node_trouble() -> str | None:
    """What is wrong with the Node.js on the PATH and what to install, in one line; None when it will do."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return f"{'Node.js' if node is None else 'npm'} is not on the PATH: {INSTALL_NODE}"
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)\.", answer)
    if version is None or int(version[1]) < OLDEST_NODE:
        return f"Node.js {answer.strip().lstrip('v') or 'of an unknown version'} is too old: {INSTALL_NODE}"
    return None


def install_packages(folder: Path, run: Run) -> bool:
    """`npm ci` in a folder, unless its lock file is the one last installed from. Returns whether it ran."""
    modules = folder / "node_modules"
    wanted = fingerprint(folder, [folder / "package.json", folder / "package-lock.json"])
    stamp = modules / ".installed.sha256"
    if is_current(stamp, wanted):
        return False
    run(["npm", "ci", "--no-audit", "--no-fund", *PATIENCE], folder)
    if modules.is_dir():  # npm makes no folder for a lock file without packages
        write_stamp(stamp, wanted)
    return True
