"""No service can read another's: neither in the database nor on the broker."""

import pytest

from tests.containers.system import SERVICES, ContainerSystem

CONNECT = "import os; from services.chassis import mongo; uri = os.environ['MONGO_URI']; "
FIND = CONNECT + "print(mongo.connect(uri, 'social_calendar_{}', pool_size=1).outbox.find_one())"
TAKE = (
    "import os; from kombu import Connection; "
    "c = Connection(os.environ['AMQP_URI']); print(c.default_channel.basic_get('{}', no_ack=False))"
)


def neighbour_of(service: str) -> str:
    return SERVICES[(SERVICES.index(service) + 1) % len(SERVICES)]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_reads_its_own_database_and_no_other(cluster: ContainerSystem, service: str) -> None:
    assert cluster.inside(service, FIND.format(service)).returncode == 0

    for other in (*SERVICES, "gateway"):
        if other != service:
            refused = cluster.inside(service, FIND.format(other))
            assert refused.returncode and "not authorized" in refused.stderr, refused.stdout + refused.stderr


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_takes_its_own_calls_and_nobody_elses(cluster: ContainerSystem, service: str) -> None:
    assert cluster.inside(service, TAKE.format(f"calls.{service}")).returncode == 0

    refused = cluster.inside(service, TAKE.format(f"calls.{neighbour_of(service)}"))
    assert "ACCESS_REFUSED" in refused.stderr, refused.stdout + refused.stderr
