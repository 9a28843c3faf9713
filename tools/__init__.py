"""The tools that build, start and check this project. Standard library only: nothing is installed yet.

This file keeps to syntax that any Python 3 reads, so that an old one is named in one line.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - the tools are started by whatever python3 is on the PATH
    sys.exit(
        "jupyter_automerge needs Python 3.11 or newer and this is {}.{}: "
        "install a newer one and name it, as in `make lab PYTHON=python3.12`".format(*sys.version_info)
    )
