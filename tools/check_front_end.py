"""`python -m tools.check_front_end`: the front-end's own checks, and the size of the page module."""

import gzip
import subprocess
import sys
from pathlib import Path

from tools.steps import ROOT

PAGE = ROOT / "jupyter_automerge/widget/static/page.js"
LOADER = ROOT / "jupyter_automerge/widget/static/loader.js"
PAGE_LIMIT = 100_000  # bytes, gzip: what a browser fetches once per page
LOADER_LIMIT = 3_000  # bytes: saved with every view in every notebook


def too_large() -> list[str]:
    """One line per built file that is over its limit."""
    sizes = (
        (PAGE, len(gzip.compress(PAGE.read_bytes(), 9)), PAGE_LIMIT),
        (LOADER, LOADER.stat().st_size, LOADER_LIMIT),
    )
    return [f"{_name(file)} has {size} bytes, limit {limit}" for file, size, limit in sizes if size > limit]


def main() -> None:
    """Run `npm run check` and compare the sizes; exit with what is wrong."""
    if not (ROOT / "js/build.mjs").is_file():
        return
    checked = subprocess.run(["npm", "run", "--silent", "check"], cwd=ROOT / "js", check=False)
    trouble = too_large()
    print(*trouble, sep="\n", end="\n" if trouble else "", file=sys.stderr)
    sys.exit(1 if checked.returncode or trouble else 0)


def _name(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


if __name__ == "__main__":
    main()
