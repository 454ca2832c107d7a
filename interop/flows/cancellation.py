"""A running run is asked to cancel by another process; no runner watches it, so it stays `Cancelling` until it ends."""

import subprocess
import sys
import time

from prefect import flow, task
from prefect.runtime import flow_run


@task
def step(n):
    return n


@flow
def cancelled_from_outside():
    step(1)
    subprocess.run(
        [sys.executable, "-m", "prefect", "flow-run", "cancel", str(flow_run.id)],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    time.sleep(0.2)
    return 1


if __name__ == "__main__":
    cancelled_from_outside(return_state=True)
