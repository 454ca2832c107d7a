from prefect import task


@task
def alone(x):
    return x


@task(retries=1)
def alone_and_failing():
    raise ValueError("alone")


@task(task_run_name="outer task")
def outer():
    return alone(2)


@task(log_prints=True)
def prints():
    print("outside a flow")


if __name__ == "__main__":
    alone(1)
    alone_and_failing(return_state=True)
    outer()
    prints()
