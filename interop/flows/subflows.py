"""Sub-flows: from a flow, from a task, nested, failing, and the same one twice."""

from prefect import flow, task


@task
def leaf(x):
    return x


@flow
def grandchild(x: int):
    return leaf(x)


@flow(flow_run_name="child of {x}")
def child(x: int):
    return grandchild(x + 1)


@flow
def sad_child():
    raise ValueError("sad")


@task
def task_with_flow():
    return grandchild(100)


@flow
def parent():
    first = child(1)
    child(first)
    sad_child(return_state=True)
    task_with_flow()
    return leaf(first)


if __name__ == "__main__":
    parent()
