"""The build hook: no wheel, sdist or editable install without the front-end that belongs to its sources."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# A build front-end does not put the project on the path.
sys.path.insert(0, str(Path(__file__).resolve().parent))

from tools import front_end


def _run(command: list[str], folder: Path) -> None:
    """Output goes to standard error: a build backend's standard output belongs to its front-end."""
    subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=True)


class FrontEndHook(BuildHookInterface[Any]):  # type: ignore[misc]
    """Runs before the files of a distribution are collected."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the front-end. Raises SystemExit with one line when it is neither built nor buildable."""
        try:
            trouble = front_end.build_or_keep(Path(self.root), _run)
        except subprocess.CalledProcessError as error:
            trouble = f"the front-end did not build: `{' '.join(error.cmd)}` failed, see above"
        if trouble is not None:
            sys.exit(f"jupyter_automerge: {trouble}")
