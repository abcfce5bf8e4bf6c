"""The folder of our own MongoDB node, and how each part gets in."""

import stat
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from deploy.local import database
from deploy.local.mongod import NoDatabase
from deploy.local.programs import programs_of
from deploy.local.settings import SERVICES, LocalSettings, read_settings

BROKER = {"AMQP_URI": "amqp://broker", "BROKER_USERS": "shared"}


@pytest.fixture
def settings(tmp_path: Path) -> LocalSettings:
    return at_port(tmp_path, 27018)


def at_port(folder: Path, port: int) -> LocalSettings:
    return read_settings({"DATA_DIR": str(folder), "MONGO_PORT": str(port), **BROKER})


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_passwords_and_key_are_for_the_owner_alone(settings: LocalSettings) -> None:
    database.claim_folder(settings)

    folder = database.folder_of(settings)
    assert mode(folder) == 0o700
    assert (mode(folder / "passwords.json"), mode(folder / "key")) == (0o600, 0o600)
    assert sorted(path.name for path in folder.iterdir()) == ["data", "key", "passwords.json"]


def test_every_user_has_a_password_of_its_own_which_stays(settings: LocalSettings) -> None:
    database.claim_folder(settings)
    first = database.passwords(settings)
    database.claim_folder(settings)

    assert database.passwords(settings) == first
    assert set(first) == {"root", "gateway", *SERVICES}
    assert len(set(first.values())) == len(first) and min(map(len, first.values())) >= 32


def test_each_process_is_told_its_own_user(settings: LocalSettings) -> None:
    programs = {program.name: program for program in programs_of(settings, ["gateway", *SERVICES])}

    for part in ("gateway", *SERVICES):
        uri = urlsplit(programs[part].environment["MONGO_URI"])
        assert (uri.username, uri.password) == (part, database.passwords(settings)[part])
        assert parse_qs(uri.query)["authSource"] == [f"social_calendar_{part}"]
    assert "MONGO_URI" not in programs["attendant"].environment


def test_a_database_elsewhere_is_passed_on_and_no_folder_made(tmp_path: Path) -> None:
    uri = "mongodb://me:secret@database"
    settings = read_settings({"DATA_DIR": str(tmp_path / "data"), "MONGO_URI": uri, **BROKER})

    programs = programs_of(settings, ["users"])

    assert programs[0].environment["MONGO_URI"] == uri
    assert not database.folder_of(settings).exists()


def test_another_port_another_key_or_another_password_has_to_be_prepared_for(tmp_path: Path) -> None:
    settings = at_port(tmp_path, 27018)
    database.claim_folder(settings)
    before = database.fingerprint(settings)

    assert database.fingerprint(at_port(tmp_path, 27018)) == before
    assert database.fingerprint(at_port(tmp_path, 27019)) != before
    for secret in ("key", "passwords.json"):
        (database.folder_of(settings) / secret).unlink()
        database.claim_folder(settings)
        assert database.fingerprint(settings) != before
        before = database.fingerprint(settings)


def test_data_that_is_not_ours_is_refused_and_left_alone(settings: LocalSettings) -> None:
    folder = database.folder_of(settings)
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "WiredTiger").write_text("theirs")

    with pytest.raises(NoDatabase, match=r"not converted.*DATA_DIR"):
        database.claim_folder(settings)

    assert sorted(path.name for path in folder.iterdir()) == ["data"]
    assert (folder / "data" / "WiredTiger").read_text() == "theirs"


def test_the_node_listens_on_this_machine_only_and_opens_to_nobody_without_a_key(settings: LocalSettings) -> None:
    words = " ".join(database.command(Path("mongod"), settings))

    assert "--bind_ip 127.0.0.1 " in words and "--nounixsocket" in words
    assert "--keyFile" in words and "enableLocalhostAuthBypass=false" in words
