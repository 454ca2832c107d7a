from prefect import flow, task
from prefect.transactions import transaction


@task(persist_result=True)
def write(x):
    return x


@write.on_rollback
def undo(txn):
    pass


@write.on_commit
def keep(txn):
    pass


@task
def check(ok):
    if not ok:
        raise ValueError("check failed")


@flow
def commits():
    with transaction():
        write(1)
        check(True)


@flow
def rolls_back():
    with transaction():
        write(2)
        check(False)


if __name__ == "__main__":
    commits()
    rolls_back(return_state=True)
