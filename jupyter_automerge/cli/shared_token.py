"""The token that a sync server and those who connect to it share: from a file, or from the environment.

Never from an option: every user of the machine can read the command lines of others.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path

from jupyter_automerge.cli.failure import USAGE, CommandFailed

TOKEN_VARIABLE = "JUPYTER_AUTOMERGE_TOKEN"


def add_token_option(parser: argparse.ArgumentParser, purpose: str) -> None:
    """`--token-file`; `purpose` begins its help."""
    parser.add_argument(
        "--token-file", type=Path, metavar="FILE",
        help=f"{purpose} the token in this file (or in ${TOKEN_VARIABLE})",
    )  # fmt: skip


def token_from(file: Path | None, environment: Mapping[str, str]) -> str | None:
    """The token; None where none is given. Raises CommandFailed for a file that holds none."""
    if file is None:
        return environment.get(TOKEN_VARIABLE) or None
    try:
        token = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandFailed(f"cannot read the token: {error}", USAGE) from error
    if not token:
        raise CommandFailed(f"the token file {str(file)!r} is empty", USAGE)
    return token
