"""What the supervisor is told."""

from collections.abc import Callable
from pathlib import Path

import pytest
from supervisor.options import ServerOptions

from deploy.local.programs import STAGES, Program, programs_of
from deploy.local.settings import LocalSettings, read_settings
from deploy.local.supervision import configuration


@pytest.fixture
def settings(tmp_path: Path) -> LocalSettings:
    elsewhere = {"AMQP_URI": "amqp://me:50%25@broker//", "BROKER_USERS": "shared"}
    return read_settings({"DATA_DIR": str(tmp_path), "CHATS_PROCESSES": "2", **elsewhere})


@pytest.fixture
def as_understood(settings: LocalSettings) -> Callable[[list[Program]], ServerOptions]:
    """Return what the supervisor makes of a configuration of ours."""

    def understand(programs: list[Program]) -> ServerOptions:
        settings.logs_dir.mkdir(exist_ok=True)
        with settings.supervisor_config.open("w") as file:
            configuration(settings, programs).write(file)
        options = ServerOptions()
        options.realize(["--configuration", str(settings.supervisor_config)])
        return options

    return understand


def test_every_process_is_started_with_its_environment(
    settings: LocalSettings, as_understood: Callable[[list[Program]], ServerOptions]
) -> None:
    options = as_understood(programs_of(settings, settings.own_parts()))

    processes = {each.name: each for group in options.process_group_configs for each in group.process_configs}
    assert set(processes) == {
        *(
            "console",
            "attendant",
            "gateway",
            "users",
            "events",
            "chats.1",
            "chats.2",
            "invites",
            "streams",
            "mongodb",
            "identity",
        )
    }
    assert processes["users"].environment["AMQP_URI"] == "amqp://me:50%25@broker//"
    assert processes["users"].environment["MONGO_DATABASE"] == "social_calendar_users"
    assert processes["gateway"].environment["OIDC_DISCOVERY_URL"].startswith("http://localhost:9400/")


def test_whatever_dies_is_started_again(
    settings: LocalSettings, as_understood: Callable[[list[Program]], ServerOptions]
) -> None:
    options = as_understood([Program("users", "services", ["true"])])

    (users,) = (
        each for group in options.process_group_configs for each in group.process_configs if each.name == "users"
    )
    assert users.autorestart.__name__ == "RestartUnconditionally"


def test_stages_stop_in_turn_and_the_console_last(
    settings: LocalSettings, as_understood: Callable[[list[Program]], ServerOptions]
) -> None:
    options = as_understood(programs_of(settings, settings.own_parts()))

    groups = sorted(options.process_group_configs, key=lambda group: group.priority)
    assert [group.name for group in groups] == ["console", *STAGES]


def test_a_part_alone_is_started_without_the_others(settings: LocalSettings) -> None:
    assert [program.name for program in programs_of(settings, ["mongodb"])] == ["mongodb", "attendant"]


def test_what_a_command_says_arrives_word_by_word(
    as_understood: Callable[[list[Program]], ServerOptions],
) -> None:
    options = as_understood([Program("odd", "services", ["echo", "100% of", "it's"], {"ODD": "50%, it's odd = all"})])

    (odd,) = (each for group in options.process_group_configs for each in group.process_configs if each.name == "odd")
    assert odd.command == "echo '100% of' 'it'\"'\"'s'"
    assert odd.environment["ODD"] == "50%, it's odd = all"
