import datetime

from prefect import flow, tags, task


@task(tags=["task tag"], task_run_name="named {x}")
def tagged(x):
    return x


@task(name="A Task With Spaces")
def plain():
    return 1


def from_callable():
    return "named by a callable"


@flow(flow_run_name="run of {x} on {day:%Y-%m-%d}")
def by_template(x: int, day: datetime.date):
    return tagged(x)


@flow(name="A Flow With Spaces", flow_run_name=from_callable)
def by_callable():
    with tags("inner"):
        plain()
        tagged.submit(2).wait()
    return 1


if __name__ == "__main__":
    by_template(3, datetime.date(2024, 5, 6))
    with tags("outer", "second"):
        by_callable()
