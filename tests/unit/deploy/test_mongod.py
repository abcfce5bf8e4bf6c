"""Which MongoDB server is started."""

from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.local import apt, mongod
from deploy.local.mongod import NoDatabase, find_or_install

TOO_OLD_C = "mongod: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.34' not found (required by mongod)"
NO_CURL = "mongod: error while loading shared libraries: libcurl.so.4: cannot open shared object file: No such file"
NO_TLS = "mongod: error while loading shared libraries: libssl.so.3: cannot open shared object file: No such file"


def says(version: str) -> str:
    return f"echo 'db version v{version}'"


def fails(message: str) -> str:
    return f'echo "{message.replace("`", "")}" >&2; exit 127'


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Put a program that calls itself `mongod` on the PATH."""
    folder = tmp_path / "path"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return lambda script: executable(folder / "mongod", script)


@pytest.fixture
def of_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Put one where the one that comes with us is."""

    def put(script: str) -> Path:
        path = executable(tmp_path / "mongod", script)
        monkeypatch.setattr(mongod, "_of_wheel", lambda: path)
        return path

    return put


def executable(path: Path, script: str) -> Path:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.fixture(autouse=True)
def nothing_can_be_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apt, "install", lambda package: False)


@pytest.mark.parametrize("version", ["6.0.5", "7.0.14", "8.0.0", "10.1.0"])
def test_a_server_on_the_path_comes_first(
    on_path: Callable[[str], Path], of_wheel: Callable[[str], Path], version: str
) -> None:
    of_wheel(says("6.0.5"))
    installed = on_path(says(version))

    assert find_or_install() == installed


@pytest.mark.parametrize("script", [says("5.0.31"), says("4.4.0"), "exit 1", fails(NO_TLS), "true"])
def test_one_on_the_path_that_is_too_old_or_broken_is_passed_over_and_named(
    on_path: Callable[[str], Path], of_wheel: Callable[[str], Path], script: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ours, theirs = of_wheel(says("6.0.5")), on_path(script)

    assert find_or_install() == ours
    assert f"{theirs} is not used: " in capsys.readouterr().out


def test_without_one_on_the_path_the_one_beside_python_runs() -> None:
    found = find_or_install()

    assert found.name == "mongod" and "fiftyone" in found.parts


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("kill -ILL $$", "AVX"),
        (fails(TOO_OLD_C), "C library"),
        (fails(NO_TLS), "libssl.so.3 is missing"),
        (fails(NO_CURL), "libcurl4"),
        ("exit 3", "fails with 3"),
    ],
)
def test_one_that_cannot_run_here_is_told_with_what_helps(
    on_path: Callable[[str], Path], of_wheel: Callable[[str], Path], script: str, why: str
) -> None:
    of_wheel(script)

    with pytest.raises(NoDatabase, match=why) as refused:
        find_or_install()

    assert all(way in str(refused.value) for way in ("MONGO_URI", "install mongod 6.0 or newer", "make up"))


def test_where_none_comes_with_us_that_is_told(on_path: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mongod, "_of_wheel", lambda: None)

    with pytest.raises(NoDatabase, match=r"x86-64.*MONGO_URI"):
        find_or_install()


def test_a_library_that_apt_has_is_installed(
    on_path: Callable[[str], Path],
    of_wheel: Callable[[str], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    library = tmp_path / "libcurl.so.4"
    ours = of_wheel(f"if [ -e {library} ]; then {says('6.0.5')}; else {fails(NO_CURL)}; fi")
    asked: list[str] = []

    def install(package: str) -> bool:
        asked.append(package)
        library.touch()
        return True

    monkeypatch.setattr(apt, "install", install)

    assert find_or_install() == ours
    assert asked == ["libcurl4"]
