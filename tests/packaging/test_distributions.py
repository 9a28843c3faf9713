"""What pip installs: the extensions are on without a further step, and building is repeatable."""

import shutil
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.packaging.conftest import ROOT, BuildFailed, Copy, Installation, front_end_bytes
from tools import front_end

pytestmark = pytest.mark.timeout(300)

Installing = Callable[[], Installation]


def extensions_are_ok(installation: Installation) -> None:
    servers = installation.run("-m", "jupyter_server.extension.serverextension", "list")
    assert _status(servers, "Validating jupyter_automerge") == "OK", servers
    labs = installation.run("-m", "jupyterlab.labextensions", "list")
    assert "OK" in _line(labs, "jupyter_automerge v"), labs
    commands = installation.folder / "bin" / "jupyter-automerge"
    assert commands.is_file(), "the command `jupyter automerge` is not there"


def test_an_editable_install_turns_both_extensions_on(
    copy: Copy, wheel: Path, installation: Installing
) -> None:
    assert wheel.is_file()  # the front-end of the copy is built
    here = installation()
    here.install("--editable", copy.folder)
    extensions_are_ok(here)


def test_the_wheel_needs_no_node(wheel: Path, installation: Installing) -> None:
    here = installation()
    here.install(wheel, with_node=False)
    extensions_are_ok(here)


def test_the_source_distribution_needs_no_node(sdist: Path, installation: Installing) -> None:
    here = installation()
    here.install(sdist, with_node=False)
    extensions_are_ok(here)


def test_building_again_elsewhere_changes_no_byte_of_the_front_end(copy: Copy, wheel: Path) -> None:
    assert wheel.is_file()
    if not front_end.is_fresh(ROOT):
        pytest.skip("the front-end of this working copy is not built from its sources: make lab builds it")
    here, there = front_end_bytes(ROOT), copy.built_files()
    assert here.keys() == there.keys()
    different = [name for name in here if here[name] != there[name]]
    assert not different, f"built in two folders, these differ: {different}"


def test_without_built_files_and_without_node_a_build_says_what_to_install(
    copy: Copy, wheel: Path, tmp_path: Path
) -> None:
    assert wheel.is_file()
    bare = Copy(tmp_path / "bare")
    shutil.copytree(copy.folder, bare.folder, ignore=shutil.ignore_patterns("node_modules", "dist"))
    bare.forget_front_end()
    with pytest.raises(BuildFailed) as failed:
        bare.build("wheel", with_node=False)
    assert "install Node.js 20 or newer" in str(failed.value).strip().splitlines()[-1]
    assert "Traceback" not in str(failed.value)


def test_stale_built_files_do_without_node(copy: Copy, wheel: Path, tmp_path: Path) -> None:
    assert wheel.is_file()
    stale = Copy(tmp_path / "stale")
    shutil.copytree(copy.folder, stale.folder, ignore=shutil.ignore_patterns("node_modules", "dist"))
    with (stale.folder / "js/build.mjs").open("a", encoding="utf-8") as script:
        script.write("// newer than what is built\n")
    assert stale.build("wheel", with_node=False).is_file()


def test_the_wheel_holds_the_package_the_page_and_both_extensions(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    data = "jupyter_automerge-0.1.0.data/data"
    for wanted in (
        "jupyter_automerge/py.typed",
        "jupyter_automerge/widget/static/page.js",
        "jupyter_automerge/widget/static/automerge.wasm",
        f"{data}/etc/jupyter/jupyter_server_config.d/jupyter_automerge.json",
        f"{data}/share/jupyter/labextensions/jupyter_automerge/package.json",
        f"{data}/share/jupyter/labextensions/jupyter_automerge/install.json",
    ):
        assert wanted in names
    strangers = [name for name in names if name.split("/")[0] in {"js", "tests", "tools", "notebooks"}]
    assert not strangers, f"no part of what is installed: {strangers[:5]}"


def test_the_source_distribution_holds_what_its_list_says(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    assert {"js/package-lock.json", "js/build.mjs", "hatch_build.py", "tools/front_end.py"} <= inside
    assert not [name for name in inside if "node_modules" in name or name.startswith(("tests", ".test"))]


def _line(text: str, part: str) -> str:
    return next((line for line in text.splitlines() if part in line), "")


def _status(text: str, part: str) -> str:
    """Jupyter prints the result on the line below."""
    lines = [*text.splitlines(), ""]
    below = next((lines[index + 1] for index, line in enumerate(lines) if part in line), "")
    return "OK" if "OK" in below else below
