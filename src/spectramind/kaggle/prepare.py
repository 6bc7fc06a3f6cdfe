"""First cell of the notebook: verify the datasets, install the package, start the clock.

Standard library only: nothing of this package is installed yet when it runs.
"""

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path


def verified(folder: Path) -> str:
    """Hold every file of a dataset against its manifest; return one line on it."""
    manifest = json.loads((folder / "MANIFEST.json").read_text())
    for name, entry in manifest["files"].items():
        content = (folder / name).read_bytes() if (folder / name).is_file() else b""
        if hashlib.sha256(content).hexdigest() != entry["sha256"]:
            raise SystemExit(f"{folder / name} is not the file that its manifest names")
    return f"{folder.name}: {len(manifest['files'])} files verified, commit {manifest['commit']}"


def install(folder: Path) -> str:
    """Install the package and what the image lacks from a folder of wheels, without a network."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--find-links"]
    done = subprocess.run([*pip, str(folder), "spectramind"], capture_output=True, text=True)
    if done.returncode == 0:
        return "installed"
    # The image may hold a library a little older than asked for, which no wheel replaces.
    names = sorted({path.name.split("-")[0] for path in folder.glob("*.whl")})
    subprocess.run([*pip, str(folder), "--no-deps", *names], check=True)
    return "installed without checking versions: " + done.stderr.strip().splitlines()[-1]


def mounted(root: Path, slug: str) -> Path:
    """Where Kaggle has put a dataset or a competition: below its slug, kind or owner."""
    places = (root / slug, root / "competitions" / slug, *sorted(root.glob(f"datasets/*/{slug}")))
    for place in places:
        if place.is_dir():
            return place
    raise SystemExit(f"{slug} is not attached: nothing of that name below {root}")


def prepare(root: Path, competition: str, code: str, weights: str, configs: str) -> str:
    """Make the image ready for the four commands; return what was done, line by line."""
    os.environ.setdefault("SPECTRAMIND_STARTED", str(time.time()))
    os.environ["SURVEY"] = str(mounted(root, competition))
    os.environ["WEIGHTS"] = str(mounted(root, weights))
    os.environ["SPECTRAMIND_OVERRIDES"] = str(mounted(root, configs) / "overrides.txt")
    folders = [mounted(root, name) for name in (code, weights, configs)]
    return "\n".join([*(verified(folder) for folder in folders), install(folders[0])])
