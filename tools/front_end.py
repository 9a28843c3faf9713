"""The front-end: `js/` built into the package, when its sources are not those that it was last built from.

Used by the build hook, by `make lab` and by `make test`, so that "is it built?" has one answer.
"""

from pathlib import Path

from tools.node import Run, install_packages, node_trouble
from tools.stamps import fingerprint, is_current, write_stamp

BUILT = (
    "jupyter_automerge/widget/static/page.js",
    "jupyter_automerge/widget/static/loader.js",
    "jupyter_automerge/widget/static/peers-loader.js",
    "jupyter_automerge/widget/static/automerge.wasm",
    "jupyter_automerge/widget/static/manifest.json",
    "jupyter_automerge/labextension/package.json",
)


def sources_fingerprint(root: Path) -> str:
    """The hash of everything in `js/` that decides what is built."""
    js = root / "js"
    sources = [
        *js.glob("*.json"),
        *js.glob("*.mjs"),
        *(file for file in js.glob("src/**/*") if file.is_file()),
    ]
    return fingerprint(root, sources)


def is_built(root: Path) -> bool:
    """Whether every built file is there, from whatever sources."""
    return all((root / file).is_file() for file in BUILT)


def is_fresh(root: Path) -> bool:
    """Whether every built file is there and was built from the sources as they are now."""
    return is_built(root) and is_current(_stamp(root), sources_fingerprint(root))


def build(root: Path, run: Run) -> bool:
    """Build the front-end if it is not fresh. Returns whether it was built; raises what `run` raises."""
    if is_fresh(root):
        return False
    wanted = sources_fingerprint(root)
    install_packages(root / "js", run)
    run(["npm", "run", "build"], root / "js")
    write_stamp(_stamp(root), wanted)
    return True


def build_or_keep(root: Path, run: Run) -> str | None:
    """Build if it is needed and possible; with built files and no Node.js go on with those.

    Returns None, or, with neither built files nor Node.js, the one line that says what to install.
    """
    if is_fresh(root):
        return None
    trouble = node_trouble()
    if trouble is None:
        build(root, run)
        return None
    return None if is_built(root) else f"the front-end is not built and {trouble}"


def _stamp(root: Path) -> Path:
    return root / "jupyter_automerge/widget/static/sources.sha256"
