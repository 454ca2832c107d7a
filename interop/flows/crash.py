"""Runs that end without saying so, by SIGTERM, and by an exception that is no `Exception`."""

import os
import signal
import subprocess
import sys
import time

from prefect import flow, task


@task
def working():
    return 1


@task
def exits():
    os._exit(3)


@flow
def vanishes():
    working()
    # Logs are sent every two seconds; what had no time to be sent is the client's loss, not the server's.
    time.sleep(4)
    os._exit(3)


@flow
def terminated():
    working()
    time.sleep(4)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(5)


@flow
def interrupted():
    working()
    raise KeyboardInterrupt()


@flow
def exits_by_system_exit():
    sys.exit(4)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        globals()[sys.argv[1]]()
    else:
        for name in ("vanishes", "terminated", "interrupted", "exits_by_system_exit"):
            # Whether a terminated process still sends its last logs is a race inside the client.
            logs = {"PREFECT_LOGGING_TO_API_ENABLED": "false"} if name == "terminated" else {}
            subprocess.run(
                [sys.executable, __file__, name],
                env={**os.environ, **logs},
                stderr=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
