"""The Python half of the twins: twins.ts is the same program in TypeScript."""

import sys
from datetime import timedelta

from prefect import allow_failure, flow, get_run_logger, tags, task, unmapped
from prefect.cache_policies import INPUTS
from prefect.states import Completed, Failed


@task(task_run_name="extract {url}")
def extract(url: str, page: int):
    return {"url": url, "page": page, "rows": [1, 2]}


@task(task_run_name="score {w}", tags=["scoring"])
def score(r, w: int):
    return len(r["rows"]) * w


attempts = {"flaky": 0, "flow": 0}


@task(retries=2, retry_delay_seconds=[0.1, 0.2], retry_jitter_factor=0.5)
def flaky():
    attempts["flaky"] += 1
    if attempts["flaky"] < 2:
        raise ValueError("not yet")
    return attempts["flaky"]


@task(retries=1)
def hopeless():
    raise ValueError("never")


@task
def broken():
    raise ValueError("broken on purpose")


@task
def listing():
    return [[1000], [2000]]


@task
def after(x):
    return x


@task(cache_policy=INPUTS, result_serializer="json", cache_expiration=timedelta(hours=1))
def cached(x: int):
    return {"x": x}


@task(timeout_seconds=0.2)
def slow():
    import time

    for _ in range(100):
        time.sleep(0.01)


@task
def returns_failed():
    return Failed(message="said so")


@task
def outer():
    return inner()


@task
def inner():
    return 1


@flow(name="sub-flow", flow_run_name="sub-{n}")
def sub_flow(n: int):
    return extract("http://sub", n)["page"]


@flow(name="twin", log_prints=True, retries=1)
def twin(urls: list[str], weight: int = 2):
    get_run_logger().info("hello from the twin")
    print("a printed line")
    extracted = extract.map(urls, unmapped(1))
    extracted.wait()
    scores = score.map(extracted, [weight, 3])
    scores.wait()
    f = flaky.submit()
    f.result()
    hopeless.submit().wait()
    b = broken.submit()
    b.wait()
    after.submit(b).wait()
    after.submit(allow_failure(b)).wait()
    cached(7)
    cached(7)
    slow(return_state=True)
    returns_failed(return_state=True)
    outer()
    with tags("ambient"):
        after.submit(3, wait_for=[f]).wait()
    after(listing())
    sub_flow(5)
    total = sum(x.result() for x in scores)
    return Completed(message=f"total {total}")


@flow(name="twin-retried", retries=2, retry_delay_seconds=1)
def twin_retried():
    attempts["flow"] += 1
    after(attempts["flow"])
    if attempts["flow"] == 1:
        raise ValueError("first attempt fails")
    return attempts["flow"]


@flow(name="twin-failing")
def twin_failing():
    broken()


@flow(name="twin-aggregate")
def twin_aggregate():
    return [after.submit(1), broken.submit()]


@flow(name="twin-persisted", persist_result=True, result_serializer="json")
def twin_persisted():
    return {"kept": [after(1), "text"]}


@flow(name="twin-timeout", timeout_seconds=0.3)
def twin_timeout():
    import time

    for _ in range(300):
        time.sleep(0.01)


def attempt(call):
    try:
        call()
    except Exception as error:
        print("raised", type(error).__name__, file=sys.stderr)


if __name__ == "__main__":
    twin(urls=["a", "b"])
    twin_retried()
    attempt(twin_failing)
    attempt(twin_aggregate)
    twin_persisted()
    attempt(twin_timeout)
