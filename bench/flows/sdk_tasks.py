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
    since = time.perf_counter()
    inside = bench()
    print(json.dumps({"inside": inside, "whole": time.perf_counter() - since}))
