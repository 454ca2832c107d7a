"""States that a flow or a task returns: their types, names and messages are kept."""

from prefect import flow, task
from prefect.states import Cancelled, Completed, Crashed, Failed, State, StateType


@task
def named():
    return Completed(name="Skipped", message="nothing to do")


@task
def failed():
    return Failed(message="by choice")


@task
def cancelled():
    return Cancelled(message="stop")


@flow
def tasks_return_states():
    return [named(return_state=True), failed(return_state=True), cancelled(return_state=True)]


@flow
def completed_under_a_name():
    return Completed(message="custom", name="Well Done")


@flow
def failed_under_a_name():
    return Failed(message="custom failure", name="Not Today")


@flow
def cancelled_flow():
    return Cancelled(message="cancelled by itself")


@flow
def crashed_flow():
    return Crashed(message="crashed by itself")


@flow
def list_of_states():
    return [Completed(message="one"), State(type=StateType.COMPLETED, name="Two")]


@flow
def returns_a_future():
    return named.submit()


@flow
def returns_none():
    named()


if __name__ == "__main__":
    for each in (
        tasks_return_states,
        completed_under_a_name,
        failed_under_a_name,
        cancelled_flow,
        crashed_flow,
        list_of_states,
        returns_a_future,
        returns_none,
    ):
        each(return_state=True)
