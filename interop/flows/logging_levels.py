import logging

from prefect import flow, get_run_logger, task


@task(log_prints=True)
def talks():
    print("printed in a task")
    get_run_logger().error("an error\nover two lines")
    return 1


@flow(log_prints=True)
def logging_levels():
    logger = get_run_logger()
    logger.debug("debug")
    logger.info("info %s", "with an argument")
    logger.warning("warning é ☃")
    logger.error("error")
    logger.critical("critical")
    logger.log(35, "a level between two")
    try:
        1 / 0
    except ZeroDivisionError:
        logger.exception("with a traceback")
    print("printed", "in a flow")
    logging.getLogger("not.prefect").warning("not sent")
    talks()


if __name__ == "__main__":
    logging_levels()
