"""`delay` and a task worker in the same process."""

import threading

from prefect import task
from prefect.task_worker import TaskWorker


@task(name="background add")
def add(a, b):
    return a + b


if __name__ == "__main__":
    import asyncio

    future = add.delay(1, 2)

    async def serve():
        worker = TaskWorker(add)
        async with asyncio.timeout(30):
            runner = asyncio.create_task(worker.start())
            await asyncio.to_thread(future.wait, 25)
            runner.cancel()
            try:
                await runner
            except (asyncio.CancelledError, BaseException):
                pass

    asyncio.run(serve())
