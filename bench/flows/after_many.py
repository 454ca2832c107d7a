"""A trivial flow run, at rest and just after a flow of 1,400 tasks; prints both times in seconds as JSON."""

import json
import time

from prefect import flow, task


@task
def nothing(n):
    return n


@flow
def many():
    for n in range(1400):
        nothing(n)


@flow
def trivial():
    return 1


def seconds(function):
    started = time.perf_counter()
    function()
    return time.perf_counter() - started


if __name__ == "__main__":
    seconds(trivial)
    at_rest = seconds(trivial)
    many_took = seconds(many)
    print(json.dumps({"at_rest": at_rest, "many": many_took, "after_many": seconds(trivial)}))
