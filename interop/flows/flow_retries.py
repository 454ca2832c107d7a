from prefect import flow, task

attempts = {"flow": 0, "delayed": 0}


@task
def step(n):
    return n


@flow(retries=2)
def retried():
    attempts["flow"] += 1
    step(attempts["flow"])
    if attempts["flow"] < 3:
        raise ValueError("again")
    return "done"


@flow(retries=1, retry_delay_seconds=1)
def retried_later():
    attempts["delayed"] += 1
    if attempts["delayed"] < 2:
        raise ValueError("later")
    return "done"


@flow(retries=1)
def retried_in_vain():
    raise ValueError("in vain")


if __name__ == "__main__":
    assert retried() == "done"
    assert retried_later() == "done"
    retried_in_vain(return_state=True)
