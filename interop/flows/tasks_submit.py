"""Futures as inputs, `wait_for`, and a future inside a container."""

from prefect import flow, task


# The client tracks where a value came from by the addresses of results and of what they hold, keys as well. A fresh dict
# could get the address of a collected result, and a key that both share would say that these rows are extract's, but
# only if extract is over by then.
LINES = {"lines": 1}


@task
def extract():
    return {"rows": 3}


# Named by their arguments: which of two submitted tasks makes its id first is chance.
@task(task_run_name="clean times {factor}")
def clean(raw, factor: int = 2):
    return sum(raw.values()) * factor


@task(task_run_name="notify {kind}")
def notify(label, kind):
    return label


@flow
def tasks_submit():
    raw = extract.submit()
    cleaned = clean.submit(raw, factor=3)
    both = clean.submit(LINES)
    done = notify.submit("done", "after both", wait_for=[cleaned, both])
    nested = notify.submit([raw, {"cleaned": cleaned}], "nested")
    nested.wait()
    return done.result()


if __name__ == "__main__":
    assert tasks_submit() == "done"
