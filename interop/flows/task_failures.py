"""A failing task, the tasks after it, and what the flow makes of them."""

from prefect import allow_failure, flow, task


@task
def boom():
    raise ValueError("no luck")


@task
def after(value):
    return value


@task
def after_all(value):
    return value


@flow
def task_failures():
    failed = boom.submit()
    not_ready = after.submit(failed)
    allowed = after_all.submit(allow_failure(failed))
    not_ready.wait()
    allowed.wait()
    return "kept going"


@flow
def flow_fails_with_its_task():
    boom()


@flow(name="flow raises")
def flow_raises():
    raise RuntimeError("the flow itself")


if __name__ == "__main__":
    assert task_failures() == "kept going"
    for failing in (flow_fails_with_its_task, flow_raises):
        try:
            failing()
        except (ValueError, RuntimeError):
            pass
