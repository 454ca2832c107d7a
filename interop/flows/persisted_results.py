from prefect import flow, task


@task(persist_result=True, result_storage_key="fixed-{parameters[x]}")
def stored(x):
    return {"x": x}


@task(persist_result=False)
def not_stored():
    return 1


@flow(persist_result=True)
def persisted_results():
    stored(1)
    not_stored()
    return [1, 2, 3]


if __name__ == "__main__":
    persisted_results()
