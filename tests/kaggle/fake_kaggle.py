"""Kaggle's command line and the site behind it, in one file, for tests.

Verbs, flags, messages and exit codes are those of the client 2.2.5, read in its source and tried
with its offline parts: an unknown flag ends with 2, a missing token with 1 and advice on stdout,
an HTTP error with 1 and its text on stderr, `Dataset creation error` with 0 all the same.

The site is a folder, $FAKE_KAGGLE: account (user of the token, if any), datasets/owner/slug/N,
kernels/owner/slug/N, competition/ (files), submissions.json, faults.json; calls.jsonl: what came.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(os.environ["FAKE_KAGGLE"])
HINTS = {
    403: "You don't have access to this resource.",
    404: "The resource was not found. Check the spelling of the reference you passed.",
    429: "You have been rate limited. Wait a little while before retrying.",
}
NAMES = {403: "Forbidden", 404: "Not Found", 429: "Too Many Requests"}


def http(status: int, url: str = "https://api.kaggle.com/v1/x") -> NoReturn:
    sys.stderr.write(f"{status} Client Error: {NAMES[status]} for url: {url}\n\n{HINTS[status]}\n")
    sys.exit(1)


def value_error(text: str) -> NoReturn:
    sys.stderr.write(f"{text}\n")
    sys.exit(1)


def read(path: Path, default: Any) -> Any:
    return json.loads(path.read_text()) if path.is_file() else default


def fault(name: str) -> bool:
    """Whether a fault that was ordered a number of times is due now."""
    path = ROOT / "faults.json"
    faults = read(path, {})
    if faults.get(name, 0) <= 0:
        return False
    faults[name] -= 1
    path.write_text(json.dumps(faults))
    return True


def user() -> str:
    file = ROOT / "account"
    if not file.is_file():
        print("Authentication required to call the Kaggle API.\n\nFirst, you will need an account.")
        sys.exit(1)
    return file.read_text().strip()


def versions(folder: Path) -> list[int]:
    return (
        sorted(int(p.name) for p in folder.iterdir() if p.name.isdigit()) if folder.is_dir() else []
    )


def owned(name: str) -> Path:
    owner, slug = name.split("/")[:2]
    if owner != user():
        http(403)
    return ROOT / "datasets" / owner / slug


def metadata(folder: str, name: str) -> dict[str, Any]:
    if not Path(folder).is_dir():
        value_error("Invalid folder: " + folder)
    value: dict[str, Any] = json.loads((Path(folder) / name).read_text())
    return value


def store(source: Path, folder: Path, left_out: str) -> int:
    number = max(versions(folder), default=0) + 1
    target = folder / f".{number}"
    shutil.copytree(source, target, ignore=shutil.ignore_patterns(left_out))
    if fault("killed_upload"):
        shutil.rmtree(target)
        os.kill(os.getppid(), 9)
        sys.exit(137)
    target.rename(folder / str(number))
    (folder / "processing").write_text(str(read(ROOT / "faults.json", {}).get("looks", 0)))
    return number


def config_view(_: argparse.Namespace) -> None:
    name = user()
    print("Configuration values from /root/.kaggle")
    print(f"- username: {name}\n- auth_method: ACCESS_TOKEN\n- path: None\n- proxy: None")


def datasets_status(given: argparse.Namespace) -> None:
    folder = owned(given.dataset)
    if not versions(folder):
        http(403 if fault("hidden") else 404)
    left = int((folder / "processing").read_text())
    (folder / "processing").write_text(str(max(0, left - 1)))
    number = max(versions(folder))
    # The number of the version before is told until the new one is ready.
    state = {"status": "ready", "current_version_number": number}
    if left > 0:
        state = {"status": "blobs_received", "current_version_number": max(1, number - 1)}
    print(json.dumps(state) if given.format else state["status"], end="")


def datasets_create(given: argparse.Namespace) -> None:
    about = metadata(given.path, "dataset-metadata.json")
    folder = owned(about["id"])
    if not 6 <= len(about["id"].split("/")[1]) <= 50:
        value_error("The dataset slug must be between 6 and 50 characters")
    if len(about["licenses"]) != 1:
        value_error("Please specify exactly one license")
    if versions(folder):
        text = f'The requested slug "{folder.name}" is already in use by a dataset.'
        print(f"Dataset creation error: {text} Please choose another slug.")
        return
    folder.mkdir(parents=True, exist_ok=True)
    store(Path(given.path), folder, "dataset-metadata.json")
    url = f"https://www.kaggle.com/datasets/{about['id']}"
    print(f"Your private Dataset is being created. Please check progress at {url}")


def datasets_version(given: argparse.Namespace) -> None:
    about = metadata(given.path, "dataset-metadata.json")
    folder = owned(about["id"])
    if not versions(folder):
        http(403)
    store(Path(given.path), folder, "dataset-metadata.json")
    print(f"Dataset version is being created. Please check progress at https://{about['id']}")


def datasets_download(given: argparse.Namespace) -> None:
    folder = owned(given.dataset)
    source = folder / str(max(versions(folder), default=0)) / given.file
    if not source.is_file():
        http(404)
    shutil.copyfile(source, Path(given.path) / given.file)


def kernels_push(given: argparse.Namespace) -> None:
    about = metadata(given.path, "kernel-metadata.json")
    owner, slug = about["id"].split("/")
    if owner != user():
        print("Kernel push error: Permission denied")
        return
    folder = ROOT / "kernels" / owner / slug
    folder.mkdir(parents=True, exist_ok=True)
    number = max(versions(folder), default=0) + 1
    (folder / str(number)).mkdir()
    for name in ("kernel-metadata.json", about["code_file"]):
        shutil.copyfile(Path(given.path) / name, folder / str(number) / name)
    unknown = [name for name in about["dataset_sources"] if not versions(owned(name))]
    if unknown:
        print(f"The following are not valid dataset sources and could not be added: {unknown}")
    print(
        f"Kernel version {number} successfully pushed.  Please check progress at "
        f"https://www.kaggle.com/code/{about['id']}"
    )


def kernels_pull(given: argparse.Namespace) -> None:
    folder = ROOT / "kernels" / given.kernel
    if not versions(folder):
        http(404)
    latest = folder / str(max(versions(folder)))
    shutil.copyfile(latest / "notebook.ipynb", Path(given.path) / f"{folder.name}.ipynb")
    if given.metadata:
        shutil.copyfile(latest / "kernel-metadata.json", Path(given.path) / "kernel-metadata.json")
    print(f"Source code and metadata downloaded to {given.path}")


def kernels_status(given: argparse.Namespace) -> None:
    if not versions(ROOT / "kernels" / given.kernel):
        http(404)
    state = "RUNNING" if fault("running") else "ERROR" if fault("failed_run") else "COMPLETE"
    print(f'{given.kernel} has status "KernelWorkerStatus.{state}"')


def competitions_submit(given: argparse.Namespace) -> None:
    if bool(given.kernel) != bool(given.version):
        value_error(
            "Code competition submissions require both the kernel name and the version number"
        )
    rows = read(ROOT / "submissions.json", [])
    row = {
        "ref": 41000000 + len(rows), "fileName": "submission.csv",
        "date": "2026-11-30T12:00:00.123000", "description": given.message,
        "status": "SubmissionStatus.PENDING", "publicScore": "", "privateScore": "",
    }  # fmt: skip
    (ROOT / "submissions.json").write_text(json.dumps([row, *rows]))
    print(f"Submission ref: {row['ref']}\n2 submissions remaining today.\nSuccessfully submitted")


def competitions_submissions(given: argparse.Namespace) -> None:
    rows = read(ROOT / "submissions.json", [])
    start = int(given.page_token or 0)
    page = rows[start : start + given.page_size]
    print(json.dumps(page, indent=2) if page else "No submissions found")


def competitions_limits(_: argparse.Namespace) -> None:
    print(
        json.dumps(read(ROOT / "limits.json", {"numToday": 1, "numTotal": 9, "numAllowedNow": 2}))
    )


def competition_files() -> list[Path]:
    root = ROOT / "competition"
    return sorted(path for path in root.rglob("*") if path.is_file())


def competitions_files(given: argparse.Namespace) -> None:
    root, start = ROOT / "competition", int(given.page_token or 0)
    files = competition_files()
    page = files[start : start + min(given.page_size, 200)]
    if start + len(page) < len(files):
        print(f"Next Page Token = {start + len(page)}")
    rows = [
        {"name": str(path.relative_to(root)), "size": path.stat().st_size, "creationDate": "2025"}
        for path in page
    ]
    print(json.dumps(rows, indent=2))


def competitions_download(given: argparse.Namespace) -> None:
    source = ROOT / "competition" / given.file
    if not source.is_file():
        http(404)
    target = Path(given.path) / given.file
    target.parent.mkdir(parents=True, exist_ok=True)
    content = source.read_bytes()
    if fault("full_disk"):
        value_error("[Errno 28] No space left on device")
    if due(given.file, "failing_share"):
        target.write_bytes(content[: len(content) // 2])
        value_error("Connection broken: IncompleteRead")
    if fault(f"truncated {given.file}"):
        content = content[: len(content) // 2]
    if fault(f"zipped {given.file}"):
        import zipfile

        with zipfile.ZipFile(f"{target}.zip", "w") as archive:
            archive.writestr(target.name, content)
        return
    time.sleep(read(ROOT / "faults.json", {}).get("seconds_a_file", 0))
    target.write_bytes(content)


def due(name: str, key: str) -> bool:
    """Whether the first try of a file fails: every n-th by its number."""
    share = read(ROOT / "faults.json", {}).get(key, 0)
    if not share:
        return False
    number = [str(p.relative_to(ROOT / "competition")) for p in competition_files()].index(name)
    tried = ROOT / f".tried-{number}"
    if number % round(1 / share) or tried.is_file():
        return False
    tried.touch()
    return True


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="kaggle")
    groups = top.add_subparsers(required=True)

    def verb(group: Any, name: str, run: Any, *flags: Any) -> None:
        one = group.add_parser(name)
        for words, options in flags:
            one.add_argument(*words, **options)
        one.set_defaults(run=run)

    def flag(*words: str, **options: Any) -> tuple[tuple[str, ...], dict[str, Any]]:
        return words, options

    path, quiet = flag("-p", "--path", default="."), flag("-q", "--quiet", action="store_true")
    file, force = flag("-f", "--file"), flag("-o", "--force", action="store_true")
    named = flag("dataset", nargs="?")
    made = groups.add_parser("config").add_subparsers(required=True)
    verb(made, "view", config_view)
    made = groups.add_parser("datasets").add_subparsers(required=True)
    verb(made, "status", datasets_status, named, flag("--format"))
    verb(made, "create", datasets_create, path, quiet, flag("-u", "--public", action="store_true"))
    verb(made, "version", datasets_version, path, quiet, flag("-m", "--message", required=True))
    verb(made, "download", datasets_download, named, file, path, quiet, force)
    made = groups.add_parser("kernels").add_subparsers(required=True)
    kernel = flag("kernel", nargs="?")
    verb(made, "push", kernels_push, path)
    verb(made, "pull", kernels_pull, kernel, path, flag("-m", "--metadata", action="store_true"))
    verb(made, "status", kernels_status, kernel)
    made = groups.add_parser("competitions").add_subparsers(required=True)
    name = flag("competition", nargs="?")
    paging = flag("--page-size", type=int, default=20), flag("--page-token"), flag("--format")
    verb(made, "files", competitions_files, name, quiet, *paging)
    verb(made, "download", competitions_download, name, file, path, quiet, force)
    verb(made, "submissions", competitions_submissions, name, quiet, *paging)
    as_json = flag("--json", action="store_true")
    verb(made, "submission-limits", competitions_limits, name, quiet, as_json)
    verb(
        made, "submit", competitions_submit, name, file, flag("-k", "--kernel"),
        flag("-v", "--version"), flag("-m", "--message", required=True), quiet,
    )  # fmt: skip
    return top


def main() -> None:
    with (ROOT / "calls.jsonl").open("a") as log:
        log.write(json.dumps(sys.argv[1:]) + "\n")
    given = parser().parse_args()
    user()
    if fault("429"):
        http(429)
    given.run(given)


if __name__ == "__main__":
    main()
