from datetime import timedelta

from prefect import flow, task
from prefect.cache_policies import INPUTS, TASK_SOURCE


@task(cache_policy=INPUTS)
def cached(x):
    return x


@task(cache_policy=INPUTS + TASK_SOURCE, cache_expiration=timedelta(hours=1), persist_result=True)
def cached_for_an_hour(x):
    return x


@task(cache_key_fn=lambda context, parameters: "fixed key", persist_result=True)
def keyed(x):
    return x


@task(cache_policy=INPUTS, refresh_cache=True, persist_result=True)
def refreshed(x):
    return x


@flow
def caching():
    cached(1)
    cached(1)
    cached(2)
    cached_for_an_hour(1)
    cached_for_an_hour(1)
    keyed(1)
    keyed(2)
    refreshed(1)
    refreshed(1)
    return 1


if __name__ == "__main__":
    caching()
