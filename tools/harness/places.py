"""Where the programs under test are, and where their data may lie."""

import os
import pathlib
import tempfile

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
DATA = REPOSITORY / ".build" / "test-data"


def program(name):
    """The release build of a product such as `aviary-server`, unless AVIARY_SERVER (or its like) names another file."""
    return os.environ.get(name.upper().replace("-", "_")) or str(REPOSITORY / ".build" / "release" / name)


def new_folder(name, parent=DATA):
    """An empty folder for one run."""
    os.makedirs(parent, exist_ok=True)
    return pathlib.Path(tempfile.mkdtemp(prefix=f"{name}-", dir=parent))
