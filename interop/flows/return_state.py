from prefect import flow, task


@task
def good():
    return 1


@task
def uses(state):
    return state


@flow
def child():
    return 2


@flow
def return_state():
    state = good(return_state=True)
    uses(state)
    child_state = child(return_state=True)
    uses(child_state)
    return state


if __name__ == "__main__":
    assert return_state(return_state=True).is_completed()
