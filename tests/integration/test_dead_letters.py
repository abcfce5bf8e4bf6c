"""What cannot be handled is kept, listed with its reason, and put back when asked."""

import contextlib
import io
import json
import os
import subprocess

import amqp
import pytest
from kombu import Connection

from deploy.local import broker
from deploy.local.settings import read_settings
from services.chassis.broker import topology
from services.chassis.broker.senders import SENT_BY
from services.contracts.domain_events import MembershipChangedV1, to_wire
from services.contracts.ids import new_id
from services.operations import dead_letters
from tests.integration.asking import chat_ids
from tests.integration.test_domain_events import eventually

QUEUE = topology.queue_of("chats", MembershipChangedV1)


@pytest.fixture
def channel(amqp_uri, system):
    with Connection(amqp_uri) as connection, contextlib.closing(connection.channel()) as channel:
        channel.queue_purge(topology.dead_letters_of("chats"))
        yield channel
        channel.queue_purge(topology.dead_letters_of("chats"))


def run(command, amqp_uri, monkeypatch):
    """Run the program in this process; return what it prints."""
    monkeypatch.setenv("AMQP_URI", amqp_uri)
    monkeypatch.setattr("sys.argv", ["dead_letters", command, "chats"])
    with contextlib.redirect_stdout(io.StringIO()) as out:
        dead_letters.main()
    return out.getvalue()


def dead_lettered(channel):
    return channel.queue_declare(topology.dead_letters_of("chats"), passive=True).message_count


def send(channel, body, **properties):
    user = channel.connection.client.userid
    message = amqp.Message(body, delivery_mode=2, **{"user_id": user, **properties})
    channel.basic_publish(message, exchange="", routing_key=QUEUE)


def domain_event(**fields):
    said = MembershipChangedV1(
        domain_event_id=new_id(),
        event_id=new_id(),
        chat_id=new_id(),
        member_user_ids=[new_id()],
        deleted=False,
        version=1,
    )
    return {**to_wire(said), **fields}


@pytest.mark.parametrize("body", [b"\xff\x00", b"[]", b'{"kind": "NobodyKnowsV1"}'], ids=["binary", "list", "unknown"])
def test_what_cannot_be_read_is_dead_lettered_at_once(channel, amqp_uri, monkeypatch, body):
    send(channel, body)
    eventually(lambda: dead_lettered(channel) == 1)
    listed = run("list", amqp_uri, monkeypatch)
    assert QUEUE in listed and "Malformed" in listed and "chats: 1 dead letters" in listed


def test_listing_takes_nothing_away_however_often(channel, amqp_uri, monkeypatch):
    send(channel, b"nonsense")
    eventually(lambda: dead_lettered(channel) == 1)
    for _ in range(25):  # RabbitMQ 4 drops a message from a quorum queue after 20 deliveries unless told otherwise
        assert "chats: 1 dead letters" in run("list", amqp_uri, monkeypatch)


def test_what_fails_for_a_reason_that_will_not_pass_gets_four_tries_and_is_kept_with_its_reason(channel, broker_users):
    send(channel, json.dumps(domain_event(version=2**63)).encode())  # more than the database can hold
    eventually(lambda: dead_lettered(channel) == 1)
    message = channel.basic_get(topology.dead_letters_of("chats"), no_ack=False)
    letter = dead_letters.read(message, "chats", broker_users)
    assert (letter.queue, letter.tries) == (QUEUE, 4)
    assert letter.error.startswith("OverflowError")
    assert "Overflow" in letter.traceback and "line " in str(letter)


def test_what_was_put_back_is_handled_as_if_it_came_for_the_first_time(channel, calls, amqp_uri, monkeypatch):
    said = domain_event()
    lost = {"queue": QUEUE, SENT_BY: "events", "tries": 4, "error": "Boom", "traceback": "…"}
    user = channel.connection.client.userid
    message = amqp.Message(json.dumps(said).encode(), application_headers=lost, delivery_mode=2, user_id=user)
    channel.basic_publish(message, exchange="", routing_key=topology.dead_letters_of("chats"))
    eventually(lambda: dead_lettered(channel) == 1)
    assert "chats: 1 put back" in run("replay", amqp_uri, monkeypatch)
    [user_id] = said["member_user_ids"]
    eventually(lambda: chat_ids(calls, user_id) == [said["chat_id"]])
    assert dead_lettered(channel) == 0


def test_a_message_that_the_broker_has_dead_lettered_goes_back_to_where_it_came_from(channel, amqp_uri, monkeypatch):
    death = [{"queue": QUEUE, "reason": "delivery_limit", "count": 1}]
    said = domain_event()
    message = amqp.Message(json.dumps(said).encode(), application_headers={"x-death": death}, delivery_mode=2)
    channel.basic_publish(message, exchange="", routing_key=topology.dead_letters_of("chats"))
    eventually(lambda: dead_lettered(channel) == 1)
    assert "delivery_limit" in run("list", amqp_uri, monkeypatch)
    assert "chats: 1 put back" in run("replay", amqp_uri, monkeypatch)


def test_a_letter_of_unknown_origin_stays(channel, amqp_uri, monkeypatch):
    channel.basic_publish(amqp.Message(b"?", delivery_mode=2), "", topology.dead_letters_of("chats"))
    eventually(lambda: dead_lettered(channel) == 1)
    assert "left where it is" in run("replay", amqp_uri, monkeypatch)
    eventually(lambda: dead_lettered(channel) == 1)


def test_a_letter_from_a_queue_that_is_no_more_stays(channel, amqp_uri, monkeypatch):
    gone = {"queue": "chats.handles.SomethingV0", "tries": 4, "error": "Boom", "traceback": "…"}
    message = amqp.Message(b"{}", application_headers=gone, delivery_mode=2)
    channel.basic_publish(message, "", topology.dead_letters_of("chats"))
    eventually(lambda: dead_lettered(channel) == 1)
    told = run("replay", amqp_uri, monkeypatch)
    assert "left where it is" in told and "chats: 0 put back" in told
    eventually(lambda: dead_lettered(channel) == 1)


def test_a_broker_that_is_not_there_is_one_sentence(monkeypatch):
    with pytest.raises(SystemExit, match="does not answer"):
        run("list", "amqp://127.0.0.1:1", monkeypatch)


@pytest.fixture
def control(own_system):
    """Return a way to run `rabbitmqctl` on the node of our own system."""
    settings = read_settings(own_system.environment)
    if settings.amqp_uri is not None:
        pytest.skip("the broker is elsewhere")
    environment = {**os.environ, "HOME": str(broker.folder_of(settings)), **broker.epmd_environment(settings)}
    node = f"social-calendar-{settings.ports['RABBITMQ_PORT']}@localhost"
    program = broker.find_or_install().with_name("rabbitmqctl")

    def run_it(*words):
        command = [program, "--node", node, "--silent", *words]
        return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout

    return run_it


def test_the_policy_by_which_dead_letters_end_holds_for_them_and_for_nothing_else(control):
    policies = dict(line.split("\t")[:2] for line in control("list_queues", "name", "policy").splitlines())

    ending = {queue for queue, policy in policies.items() if policy == "dead-letters"}
    assert ending == {topology.dead_letters_of(subscriber) for subscriber in dead_letters.SUBSCRIBERS}


def test_a_queue_of_dead_letters_heeds_such_a_policy(control, channel):
    control("set_policy", "--priority", "1", "at-once", r"^chats\.dead-letters$", '{"message-ttl": 1}')
    try:
        letter = amqp.Message(b"?", delivery_mode=2)
        channel.basic_publish_confirm(letter, exchange="", routing_key=topology.dead_letters_of("chats"))
        eventually(lambda: dead_lettered(channel) == 0)
    finally:
        control("clear_policy", "at-once")
