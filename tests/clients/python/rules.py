"""What fails is named by the rule of the protocol that it needs."""

import contextlib
import json


@contextlib.contextmanager
def rule(words: str):
    """What is inside works as this rule says; otherwise that is the last that the client says."""
    try:
        yield
    except Exception as error:
        failed = f"{words}: {type(error).__name__}: {error}"
        print(json.dumps({"the rule that fails": failed}, ensure_ascii=False), flush=True)
        raise SystemExit(1) from error


def check(is_so: bool, seen: object) -> None:
    if not is_so:
        raise AssertionError(f"saw {seen!r}")
