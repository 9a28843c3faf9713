"""The Redis for the tests of pools: one that is on the machine, or Debian's package. No other is downloaded."""

import os
import shutil

from tools.steps import SetupError, Steps

NAME = "redis-server"


def need_redis(steps: Steps) -> str:
    """Find redis-server, or install Debian's when root. Raises SetupError when that does not give one."""
    program = shutil.which(NAME)
    if program is None and shutil.which("apt-get") and os.geteuid() == 0:
        steps.announce(f"installing {NAME} ...")
        trouble = f"apt-get could not install {NAME}: install it"
        # The tests start their own: the package's service must not run beside them for ever.
        quiet = {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
        steps.run(["apt-get", "update"], trouble, quiet)
        steps.run(["apt-get", "install", "--yes", "--no-install-recommends", NAME], trouble, quiet)
        program = shutil.which(NAME)
    if program is None:
        raise SetupError(f"no {NAME} for the tests of pools: install it (Debian: apt install {NAME})")
    return program
