"""While one replica of each part after another is stopped, killed and restarted, nothing acknowledged is lost."""

import pytest

from tests.containers.conftest import EXAMPLES
from tests.containers.rolling import steps
from tests.containers.system import ContainerSystem
from tests.faults.campaign import Report, friends_at_work
from tests.faults.retrying_client import Tally


@pytest.mark.timeout(900)
def test_a_rolling_restart_under_load_loses_nothing_and_breaks_nothing_that_a_repeat_does_not_cure(
    cluster: ContainerSystem,
) -> None:
    report, taken = Report(Tally()), []
    with friends_at_work(cluster, report):
        for step in steps((*EXAMPLES, "gateway")):
            taken.append((step, step.take(cluster)))
            print(f"{step!s:<20} healthy again after {taken[-1][1]:4.1f} s", flush=True)

    print(report)
    assert report.is_clean, f"{report}\n{cluster.logs()}"
