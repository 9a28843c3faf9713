"""The browser for the tests: one that is on the machine, or Debian's package. No other is downloaded."""

import os
import shutil
from pathlib import Path

from tools.steps import SetupError, Steps

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_browser() -> str | None:
    """The browser's program: `$CHROMIUM`, else the first known name on the PATH.

    Raises SetupError when $CHROMIUM names no program: to take another one then would be a surprise.
    """
    chosen = os.environ.get("CHROMIUM")
    if chosen:
        program = shutil.which(chosen)
        if program is None:
            raise SetupError(f"$CHROMIUM is {chosen}, which is no program: name the browser's, or unset it")
        return program
    return next((program for name in NAMES if (program := shutil.which(name))), None)


def need_browser(steps: Steps) -> str:
    """Find a browser, or install Debian's when root. Raises SetupError when that does not give one."""
    program = find_browser()
    if program is None and shutil.which("apt-get") and os.geteuid() == 0:
        steps.announce("installing chromium ...")
        trouble = "apt-get could not install chromium: install it, or set $CHROMIUM to a Chromium or Chrome"
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        steps.run(["apt-get", "update"], trouble, quiet)
        steps.run(["apt-get", "install", "--yes", "--no-install-recommends", "chromium"], trouble, quiet)
        program = find_browser()
    if program is None:
        raise SetupError(
            "no browser for the tests: install chromium or google-chrome, or set $CHROMIUM to one"
        )
    return str(Path(program))
