"""One folder that stands in for all of a user's own Jupyter and IPython folders, and the settings in it."""

import json
import os
from pathlib import Path

# Nothing asks another host for anything: no news, no look for updates (the server keeps the first from being
# fetched, the page's own setting keeps it from being asked for), no scripts for an exported page. nbconvert would
# have it load MathJax and require.js from a content network; without them formulas stay as they were typed.
QUIET = {
    "config/jupyter_config.json": {"HTMLExporter": {"mathjax_url": "", "require_js_url": ""}},
    "config/jupyter_server_config.json": {
        "LabApp": {"news_url": None, "check_for_updates_class": "jupyterlab.NeverCheckForUpdate"}
    },
    "config/lab/user-settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings": {
        "fetchNews": "false",
        "checkForUpdates": False,
    },
}


def private_environment(home: Path) -> dict[str, str]:
    """The environment of a process whose Jupyter and IPython folders all lie below `home`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "IPYTHON"))}
    folders = {
        "IPYTHONDIR": "ipython",
        "JUPYTERLAB_SETTINGS_DIR": "config/lab/user-settings",
        "JUPYTERLAB_WORKSPACES_DIR": "config/lab/workspaces",
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
    }
    return kept | {name: str(home / folder) for name, folder in folders.items()} | {"PYTHONNOUSERSITE": "1"}


def write_settings(home: Path) -> None:
    """Write what is missing below `home`. Settings that the user has changed since stay."""
    for name, settings in QUIET.items():
        file = home / name
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(settings, indent=2), encoding="utf-8")
