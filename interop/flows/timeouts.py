import time

from prefect import flow, task


@task(timeout_seconds=0.3)
def slow_task():
    for _ in range(100):
        time.sleep(0.05)


@flow(timeout_seconds=1)
def slow_flow():
    for _ in range(100):
        time.sleep(0.05)


@flow
def with_slow_task():
    slow_task(return_state=True)
    return 1


if __name__ == "__main__":
    with_slow_task()
    slow_flow(return_state=True)
