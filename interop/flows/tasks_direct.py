"""Tasks called one after the other, with descriptions, versions and a data dependency."""

from prefect import flow, task


@task(description="adds one", version="7", task_run_name="add one to {x}")
def add_one(x):
    return x + 1


@task
def total(values):
    return sum(values)


@flow(description="three tasks", version="v1")
def tasks_direct(start: int = 1):
    first = add_one(start)
    second = add_one(first)
    return total([first, second])


if __name__ == "__main__":
    assert tasks_direct() == 5
