"""`python -m tests.faults [SEED]`: all faults, one after another, on a system of its own; prints what happened."""

import sys
import tempfile
from pathlib import Path

from tests.e2e.system import local_system
from tests.faults import campaign
from tests.faults.faults import Fault

SERVICES = ("users", "events", "chats", "invites")
WORKERS = ("gateway.worker.1", "gateway.worker.2")

FAULTS = [
    *(Fault("kill", target) for target in (*SERVICES, *WORKERS, "gateway", "rabbitmq", "mongodb")),
    *(Fault("pause", target, 4) for target in (*SERVICES, WORKERS[0], "rabbitmq", "mongodb")),
    *(Fault("pause", target, 20) for target in ("events", "rabbitmq", "mongodb")),
    *(Fault("stop", target) for target in (*SERVICES, "gateway", "rabbitmq", "mongodb")),
    *(Fault("kill", target) for target in ("mongodb", "rabbitmq", "events", "mongodb", "rabbitmq", "chats", "mongodb")),
]


def main() -> int:
    """Run the whole campaign; 0 when every promise was kept."""
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    with tempfile.TemporaryDirectory(prefix="social-calendar-faults-") as folder:
        system = local_system(Path(folder))
        system.start()
        try:
            report = campaign.run(system, FAULTS, seed=seed, echo=True)
            print(report)
            if not report.is_clean:
                print(system.logs())
            return 0 if report.is_clean else 1
        finally:
            system.stop()


if __name__ == "__main__":
    sys.exit(main())
