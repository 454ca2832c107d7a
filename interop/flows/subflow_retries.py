"""The parent runs twice: its first child run is completed and is found again or run again."""

from prefect import flow

attempts = {"parent": 0, "child": 0}


@flow
def steady():
    return 1


@flow(persist_result=True)
def remembered():
    return 2


@flow(retries=1)
def shaky():
    attempts["child"] += 1
    if attempts["child"] == 1:
        raise ValueError("child")
    return 3


@flow(retries=1)
def parent_twice():
    attempts["parent"] += 1
    steady()
    remembered()
    shaky()
    if attempts["parent"] == 1:
        raise ValueError("parent")


if __name__ == "__main__":
    parent_twice()
