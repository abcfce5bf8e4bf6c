"""`python -m deploy.local`, as far as nothing is started."""

import sys
from pathlib import Path

import pytest

from deploy.local.__main__ import main
from deploy.local.settings import CONTENTS


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Said":
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    return Said(monkeypatch)


class Said:
    """Runs a command and returns what it ended with: a sentence, or nothing when all is well."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def by(self, *arguments: str, **environment: str) -> object:
        for name, value in environment.items():
            self._monkeypatch.setenv(name, value)
        self._monkeypatch.setattr(sys, "argv", ["deploy.local", *arguments])
        try:
            main()
        except SystemExit as ended:
            return ended.code
        return None


@pytest.mark.parametrize("arguments", [(), ("start",), ("status", "users")])
def test_an_unknown_command_is_answered_with_the_usage(said: Said, arguments: tuple[str, ...]) -> None:
    assert str(said.by(*arguments)).startswith("usage:")


def test_the_status_of_nothing_is_said(said: Said) -> None:
    assert said.by("status") == "It is not running."


def test_bad_settings_are_said_before_anything_is_done(said: Said) -> None:
    assert "GATEWAY_PORT" in str(said.by("run", GATEWAY_PORT="none"))


def test_a_part_that_does_not_exist_is_not_started(said: Said) -> None:
    assert "Cannot start postgres" in str(said.by("run", "postgres"))


def test_a_reset_deletes_our_data_and_nobody_elses(said: Said, tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "mongodb" / "data").mkdir(parents=True)
    (data / "supervisord.conf").touch()
    (data / "letter.txt").write_text("Dear Ada")

    assert said.by("reset") is None

    assert [path.name for path in data.iterdir()] == ["letter.txt"]


def test_a_reset_leaves_no_empty_folder(said: Said, tmp_path: Path) -> None:
    for name in CONTENTS:
        (tmp_path / "data" / name).mkdir(parents=True)

    assert said.by("reset") is None
    assert said.by("reset") is None

    assert not (tmp_path / "data").exists()
