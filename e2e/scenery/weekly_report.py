"""Leaves an artifact of every type. With a path as its argument, progress goes on once that file exists."""

import sys
import time
from base64 import b64encode
from pathlib import Path

from prefect import flow, task
from prefect.artifacts import (
    create_image_artifact,
    create_link_artifact,
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)

REPORT = """# Week {week}

Revenue is **{change}** on the week before, driven by *EMEA*. Nothing is open but the refunds.

| Region | Orders | Revenue |
|:--|--:|--:|
| EMEA | 1,204 | 48,211 € |
| APAC | 830 | {apac} € |
| AMER | 1,377 | 51,090 € |

## To do

- [x] reload `orders.apac`
- [ ] check the refunds of [order 8841207](https://orders.northwind.example/8841207)

> Rates are those of Friday: the provider answered 503.

```sql
select region, sum(total) from orders group by region
```
"""

CUSTOMERS = [
    ("Globex", "EMEA", 214, 9120.5, True),
    ("Initech", "AMER", 180, 8044.0, True),
    ("Umbrella", "APAC", 96, 7310.25, False),
    ("Hooli", "AMER", 88, 6905.75, True),
    ("Vandelay", "EMEA", 71, 5120.0, None),
    ("Stark", "AMER", 64, 4990.1, True),
    ("Wonka", "EMEA", 58, 3370.0, True),
    ("Acme", "APAC", 41, 2208.6, False),
]


def chart() -> str:
    bars = "".join(
        f'<rect x="{40 + i * 56}" y="{170 - h}" width="36" height="{h}" rx="3" fill="#4ba482"/>'
        for i, h in enumerate([64, 82, 71, 98, 121, 116, 139])
    )
    line = '<path d="M28 170h400" stroke="#878c9d" fill="none"/>'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="440" height="190"><rect width="440" height="190" fill="#fff"/>{bars}{line}</svg>'
    return "data:image/svg+xml;base64," + b64encode(svg.encode()).decode()


@task
def write_report():
    create_markdown_artifact(
        REPORT.format(week=46, change="up 2 %", apac="29,380"), key="weekly-report", description="For *Monday's* meeting"
    )
    create_markdown_artifact(
        REPORT.format(week=47, change="up 6 %", apac="31,002"), key="weekly-report", description="For *Monday's* meeting"
    )


@task
def rank_customers():
    names = ("customer", "region", "orders", "revenue", "paid")
    create_table_artifact([dict(zip(names, row)) for row in CUSTOMERS], key="top-customers")


@flow(name="weekly-report", flow_run_name="amber-tapir")
def weekly_report(go_on: str | None = None):
    write_report()
    rank_customers()
    create_image_artifact(chart(), key="revenue-by-day", description="Seven days, in thousands")
    create_link_artifact("https://runbooks.northwind.example/revenue", link_text="Runbook of revenue", key="runbook")
    progress = create_progress_artifact(20.0, key="backfill", description="Orders of 2025")
    deadline = time.monotonic() + 60
    while go_on and not Path(go_on).exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    update_progress_artifact(progress, 64.5)
    if go_on:
        while not Path(f"{go_on}-end").exists() and time.monotonic() < deadline:
            time.sleep(0.1)


if __name__ == "__main__":
    weekly_report(*sys.argv[1:])
