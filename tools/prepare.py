"""`python3 -m tools.prepare [--browser] [--redis]`: the set-up of `make test` and its parts, in `.test/`.

Made once: on a folder that is complete and current this takes a fraction of a second.
"""

import argparse
import sys

from tools.browser import need_browser
from tools.environment import Environment
from tools.redis import need_redis
from tools.steps import ROOT, SetupError, Steps

FOLDER = ROOT / ".test"


def prepare(*, browser: bool, redis: bool) -> None:
    """Make everything that the checks and tests need. Raises SetupError."""
    steps = Steps(FOLDER / "setup.log")
    if browser:
        need_browser(steps)
    if redis:
        need_redis(steps)
    Environment(FOLDER, ("bench", "lab", "test"), steps).prepare()


def main() -> None:
    """Exit with one line when something has to be installed first."""
    arguments = argparse.ArgumentParser(prog="tools.prepare", description=__doc__)
    arguments.add_argument("--browser", action="store_true", help="also find or install a browser")
    arguments.add_argument("--redis", action="store_true", help="also find or install redis-server")
    options = arguments.parse_args()
    try:
        prepare(browser=options.browser, redis=options.redis)
    except SetupError as error:
        sys.exit(f"make test: {error}")


if __name__ == "__main__":
    main()
