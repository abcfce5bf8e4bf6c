"""Every replica compared with its owner's state and repaired, once: `python -m services.operations.reconciliation`.

Reads `AMQP_URI`. Each service does the same for its own data now and then.
"""

import logging
import os
import sys

from services.chassis.messaging.reconciler import OWNERS, Reconciler
from services.chassis.rpc.client import RpcClient
from services.contracts.errors import Unavailable


def main() -> None:
    """Compare everything once, and print what was repaired."""
    uri = os.environ.get("AMQP_URI")
    if not uri:
        sys.exit("AMQP_URI is not set")
    logging.basicConfig(level="WARNING")
    rpc_client = RpcClient(uri, name="reconciliation")
    try:
        for owner in OWNERS:
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
