from prefect import flow, task
from prefect.artifacts import (
    create_link_artifact,
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)


@task
def reports():
    create_markdown_artifact("# One", key="report", description="first")
    create_markdown_artifact("# Two", key="report", description="second")


@flow
def artifacts():
    reports()
    create_table_artifact([{"a": 1, "b": "x"}], key="table")
    create_link_artifact("https://example.com", link_text="example", key="link")
    progress = create_progress_artifact(10.0, key="progress")
    update_progress_artifact(progress, 80.0)


if __name__ == "__main__":
    artifacts()
