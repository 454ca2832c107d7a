"""Retries with and without a delay, with a condition, and used up."""

from prefect import flow, task

attempts = {"at once": 0, "later": 0}


@task(retries=2)
def at_once():
    attempts["at once"] += 1
    if attempts["at once"] < 3:
        raise ValueError(f"attempt {attempts['at once']}")
    return "ok"


@task(retries=1, retry_delay_seconds=1)
def later():
    attempts["later"] += 1
    if attempts["later"] < 2:
        raise ValueError("not yet")
    return "ok"


@task(retries=1, retry_delay_seconds=[0.1, 0.2])
def never():
    raise ValueError("never")


@task(retries=3, retry_condition_fn=lambda task, task_run, state: False)
def not_worth_it():
    raise ValueError("no point")


@flow
def task_retries():
    at_once()
    later()
    never(return_state=True)
    not_worth_it(return_state=True)
    return 1


if __name__ == "__main__":
    task_retries()
