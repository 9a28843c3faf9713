"""`python -m jupyter_automerge.cli`, for where scripts are not on the PATH."""

import sys

from jupyter_automerge.cli.commands import main

sys.exit(main())
