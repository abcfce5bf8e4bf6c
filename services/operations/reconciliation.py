"""Every replica compared with its owner's state and repaired, once: `python -m services.operations.reconciliation`.

Reads `AMQP_URI` and `BROKER_USERS`. Names of services after the command limit it to what these own: as the broker's
user of a service one may do no more. Each service does the same for its own data now and then.
"""

import logging
import os
import sys

from services.chassis.broker.senders import read_broker_users
from services.chassis.messaging.reconciler import OWNERS, Reconciler
from services.chassis.rpc.client import RpcClient
from services.contracts.errors import Unavailable


def main() -> None:
    """Compare everything once, or what the services own that the arguments name, and print what was repaired."""
    owners = sys.argv[1:] or OWNERS
    if not set(owners) <= set(OWNERS):
        sys.exit(f"usage: python -m services.operations.reconciliation [{' | '.join(OWNERS)}] ...")
    uri = os.environ.get("AMQP_URI")
    if not uri:
        sys.exit("AMQP_URI is not set")
    logging.basicConfig(level="WARNING")
    faults: list[str] = []
    users = read_broker_users(os.environ, faults)
    if faults:
        sys.exit("\n".join(faults))
    rpc_client = RpcClient(uri, name="reconciliation", users=users)
    try:
        for owner in owners:
            comparison = Reconciler(rpc_client).run(owner)
            for finding in comparison.repaired:
                print(f"repaired: {finding}")
            print(f"{owner}: {comparison.compared} compared, {len(comparison.repaired)} repaired")
    except Unavailable as exc:
        sys.exit(f"Not finished: {exc.message}")
    finally:
        rpc_client.close()


if __name__ == "__main__":
    main()
