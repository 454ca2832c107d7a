"""The Python half of bench/sdk.ts: trivial tasks in one flow, timed inside the flow."""

import json
import sys
import time

from prefect import flow, task

mode, count = sys.argv[1], int(sys.argv[2])


@task
def add(a: int, b: int):
    return a + b


@flow
def bench():
    since = time.perf_counter()
    if mode == "sequential":
        for n in range(count):
            add(n, 1)
    else:
        futures = [add.submit(n, 1) for n in range(count)]
        for future in futures:
            future.result()
    return time.perf_counter() - since


if __name__ == "__main__":
    since, before = time.perf_counter(), time.process_time()
    inside = bench()
    # Unlike the clock, the processor's time does not depend on what else the machine does.
    cpu = time.process_time() - before
    print(json.dumps({"inside": inside, "cpu": cpu, "whole": time.perf_counter() - since}))
