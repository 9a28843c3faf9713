"""The npm packages of the interop tests and the bench: installed once, and again when a lock file changed."""

import fcntl
import hashlib
import shutil
import subprocess
from functools import cache
from pathlib import Path

PROGRAMS = Path(__file__).parent / "js"
SYNC_SERVER = PROGRAMS / "sync-server"


class NodeMissing(Exception):
    """Node or npm is not there, or npm could not install; the message says what to do."""


@cache
def installed(folder: Path) -> Path:
    """The folder, with its `node_modules` as its lock file wants them. Raises NodeMissing."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise NodeMissing("the interop tests need Node 20 or newer with npm on the PATH")
    with (folder / ".npm-ci.lock").open("w") as lock:
        # Two test runs in one working copy must not install over each other.
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = folder / "node_modules" / ".lock-stamp"
        wanted = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
        if not stamp.exists() or stamp.read_text() != wanted:
            _npm_ci(npm, folder)
            stamp.write_text(wanted)
    return folder


def _npm_ci(npm: str, folder: Path) -> None:
    command = [npm, "ci", "--ignore-scripts", "--no-progress"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NodeMissing(f"npm ci in {folder} failed (is there a network?):\n{done.stderr[-2000:]}")
