from prefect import flow, task, unmapped


@task(task_run_name="square {x}")
def square(x, offset=0):
    return x * x + offset


@task
def reduce(values):
    return sum(values)


@flow
def tasks_map():
    squares = square.map([1, 2, 3, 4], offset=unmapped(10))
    again = square.map(squares)
    return reduce(again)


if __name__ == "__main__":
    assert tasks_map() > 0
