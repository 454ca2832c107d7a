import asyncio

from prefect import flow, task


@task(task_run_name="fetch {n}")
async def fetch(n):
    await asyncio.sleep(0.01)
    return n


@task(retries=1, retry_delay_seconds=0.2)
async def fails_once(seen):
    seen.append(1)
    if len(seen) < 2:
        raise ValueError("once")
    return len(seen)


@flow
async def inner(n: int):
    return await fetch(n)


@flow(log_prints=True)
async def asynchronous():
    await fetch(1)
    futures = [fetch.submit(n) for n in (2, 3)]
    for future in futures:
        future.wait()
    await fails_once([])
    await inner(4)
    print("printed by the flow")
    return 5


if __name__ == "__main__":
    assert asyncio.run(asynchronous()) == 5
