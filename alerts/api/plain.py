"""Dataclasses to JSON as the contract writes it: times in UTC with `Z`, days as ISO dates, names as they stand."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import Any

import msgspec
from fastapi import Response

from domain.times import rfc3339

JSON = "application/json"


def json_response(content: object, status: int = 200) -> Response:
    """Return a response of dataclasses, lists and mappings."""
    return Response(msgspec.json.encode(plain(content)), status, media_type=JSON)


def plain(content: object) -> Any:  # noqa: ANN401 - what JSON knows
    """Return content of what JSON knows."""
    if isinstance(content, datetime):
        return rfc3339(content)
    if isinstance(content, date):
        return content.isoformat()
    if is_dataclass(content) and not isinstance(content, type):
        return {one.name: plain(getattr(content, one.name)) for one in fields(content)}
    if isinstance(content, Mapping):
        return {str(name): plain(value) for name, value in content.items()}
    if isinstance(content, list | tuple):
        return [plain(one) for one in content]
    return content
