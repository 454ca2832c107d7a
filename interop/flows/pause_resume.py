"""A flow pauses itself, with and without input; another process resumes it."""

import threading
import time

from prefect import flow, pause_flow_run, task
from prefect.client.orchestration import get_client
from prefect.flow_runs import resume_flow_run


@task
def before():
    return 1


@task
def after():
    return 2


@flow
def pause_resume():
    before()
    pause_flow_run(timeout=60, poll_interval=1)
    after()


@flow
def pause_with_input():
    answer = pause_flow_run(wait_for_input=int, timeout=60, poll_interval=1)
    return answer


@flow(name="pause times out")
def pause_times_out():
    pause_flow_run(timeout=1, poll_interval=1)


def resume_when_paused(run_input=None):
    from prefect.client.schemas.filters import FlowRunFilter

    with get_client(sync_client=True) as client:
        for _ in range(100):
            paused = client.read_flow_runs(
                flow_run_filter=FlowRunFilter.model_validate({"state": {"type": {"any_": ["PAUSED"]}}})
            )
            if paused:
                client.resume_flow_run(paused[0].id, run_input=run_input)
                return
            time.sleep(0.2)


if __name__ == "__main__":
    thread = threading.Thread(target=resume_when_paused)
    thread.start()
    pause_resume()
    thread.join()
    thread = threading.Thread(target=resume_when_paused, kwargs={"run_input": {"value": 42}})
    thread.start()
    assert pause_with_input() == 42
    thread.join()
