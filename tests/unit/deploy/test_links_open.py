"""The health check of a service's container."""

from deploy.images.links_open import count_links, ports_of

TABLE = """\
   0: 0500A8C0:A1B2 0200A8C0:1628 01 00000000:00000000 00:00000000 00000000 10001 0 1 1 0
   1: 0500A8C0:A1B4 0200A8C0:1628 01 00000000:00000000 00:00000000 00000000 10001 0 2 1 0
   2: 0500A8C0:A1B6 0200A8C0:1628 08 00000000:00000000 00:00000000 00000000 10001 0 3 1 0
   3: 0500A8C0:A1B8 0300A8C0:6989 01 00000000:00000000 00:00000000 00000000 10001 0 4 1 0
""".splitlines()


def test_connections_to_the_broker_that_are_established_count() -> None:
    assert count_links(TABLE, {5672}) == 2


def test_the_ports_are_those_of_all_nodes() -> None:
    assert ports_of("amqp://u:p@one//;amqps://u:p@two//;amqp://u:p@three:5673//") == {5672, 5671, 5673}
