"""Every JSON type, integers past 2^53 and past 64 bits, unicode, defaults, and a failing validation."""

import datetime
from typing import Any, Optional

from prefect import flow
from pydantic import BaseModel


class Settings(BaseModel):
    depth: int = 3
    label: str = "é ☃ 𝄞"


@flow
def parameters(
    small: int,
    past_double: int,
    past_int64: int,
    negative: int,
    ratio: float,
    text: str,
    flag: bool,
    nothing: Optional[str] = None,
    items: list[Any] = [1, "two", None, {"three": 3}],
    settings: Settings = Settings(),
    day: datetime.date = datetime.date(2024, 2, 29),
    when: datetime.datetime = datetime.datetime(2024, 2, 29, 12, 0, 0, 123456, tzinfo=datetime.timezone.utc),
    big_inside: dict[str, Any] = {"n": [9007199254740993, 36893488147419103233], "f": 1e300},
):
    assert past_double == 9007199254740993
    return past_int64


@flow
def typed(n: int):
    return n


if __name__ == "__main__":
    parameters(
        small=1,
        past_double=9007199254740993,
        past_int64=36893488147419103233,
        negative=-170141183460469231731687303715884105729,
        ratio=0.1,
        text="tab\tquote\"backslash\\ nul-free",
        flag=True,
    )
    typed(n="5")
    typed(n="not a number", return_state=True)
