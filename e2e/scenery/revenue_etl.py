"""A nightly revenue load: two sources, a fan-out per region, one step that retries and one that fails."""

import time

from prefect import flow, get_run_logger, task


@task(task_run_name="extract-{source}")
def extract(source: str) -> list[int]:
    logger = get_run_logger()
    logger.info("reading %s", source)
    time.sleep(0.4)
    logger.info("%s: 48,211 rows", source)
    return list(range(12))


@task(task_run_name="clean-{region}", retries=2, retry_delay_seconds=0.3)
def clean(region: str, orders: list[int], seen: list[str] = []) -> int:
    logger = get_run_logger()
    time.sleep(0.3)
    if region == "apac" and not seen:
        seen.append(region)
        raise ConnectionError("warehouse.apac: connection reset by peer")
    logger.info("%s: %d orders cleaned", region, len(orders))
    return len(orders)


@task
def exchange_rates() -> dict[str, float]:
    get_run_logger().warning("rates of yesterday: the provider answers 503")
    time.sleep(0.5)
    return {"eur": 1.0, "usd": 1.08}


@task
def enrich(cleaned: int, rates: dict[str, float]) -> int:
    get_run_logger().info("joining rates")
    time.sleep(0.6)
    raise ValueError("duplicate key 8841207 in orders.emea")


@task
def load(rows: int) -> int:
    return rows


@task
def publish(rows: list[int]) -> int:
    return sum(rows)


@flow(name="quality-checks")
def quality_checks(rows: int) -> str:
    check_nulls.submit(rows).wait()
    check_totals.submit(rows).wait()
    return "ok"


@task
def check_nulls(rows: int) -> bool:
    time.sleep(0.2)
    return True


@task
def check_totals(rows: int) -> bool:
    time.sleep(0.2)
    return True


@flow(name="nightly-revenue-etl", flow_run_name="peach-marmot")
def revenue_etl(regions: list[str], dry_run: bool = False):
    orders = extract.submit("orders")
    refunds = extract.submit("refunds")
    rates = exchange_rates.submit()
    cleaned = [clean.submit(region, orders) for region in regions]
    quality_checks(len(refunds.result()))
    enriched = [enrich.submit(cleaned[0], rates)] + [load.submit(each) for each in cleaned[1:]]
    loaded = load.submit(enriched[0])
    published = publish.submit([loaded, *enriched[1:]])
    published.wait()
    # Not the sum that never came, but why it did not.
    return [each.result() for each in enriched]


if __name__ == "__main__":
    try:
        revenue_etl(["emea", "apac", "amer"])
    except Exception as error:
        print(type(error).__name__)
