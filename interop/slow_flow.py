"""A run to watch: a line of log every half second, ten seconds long."""

import time

from prefect import flow, get_run_logger


@flow
def slow_flow():
    for n in range(20):
        get_run_logger().info("line %s of the slow flow", n)
        time.sleep(0.5)


if __name__ == "__main__":
    slow_flow()
