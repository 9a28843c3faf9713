"""Which file systems tell nothing of what other machines write there."""

import sys
from pathlib import Path

_MOUNTS = Path("/proc/self/mountinfo")
_SILENT_NAMES = "9p afs beegfs ceph cifs gpfs lustre ncpfs nfs nfs4 prl_fs smb3 smbfs vboxsf virtiofs vmhgfs"
_SILENT = frozenset(_SILENT_NAMES.split())


def silent_file_system(path: Path) -> str:
    """The type of the file system that the path is on, if others write there unheard; else "". Never raises.

    Known on Linux only: elsewhere it is taken for one that tells.
    """
    if not sys.platform.startswith("linux"):
        return ""
    try:
        lines = _MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines()
        kind = _type_at(path.resolve(), lines)
    except OSError:
        return ""
    return kind if kind in _SILENT or kind.startswith("fuse.") else ""


def _type_at(path: Path, lines: list[str]) -> str:
    """proc(5): the fifth field is where it is mounted; the type follows a lone hyphen."""
    best, kind = -1, ""
    for line in lines:
        mount, _, rest = line.partition(" - ")
        fields = mount.split(" ")
        if len(fields) < 5 or not rest:
            continue
        # Blanks in names are written as octal numbers.
        point = Path(fields[4].encode().decode("unicode_escape", errors="replace"))
        depth = len(point.parts)
        if depth >= best and path.is_relative_to(point):
            best, kind = depth, rest.split(" ")[0]
    return kind
