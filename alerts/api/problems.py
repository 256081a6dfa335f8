"""Every error as RFC 9457 problem details, with one line that says how to mend it."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from domain.problem import Problem

MEDIA_TYPE = "application/problem+json"
LONGEST_ECHO = 60
"""No more of a wrong value is sent back. [characters]"""
RETRY_AFTER_S = 5
"""When a client may ask again while a store is away. Design value. [s]"""

log = structlog.get_logger()


class ProblemDetails(BaseModel):
    """An error (RFC 9457); further members depend on the type, such as what is allowed instead."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["urn:wugan:problem:illegal_move"])
    title: str
    status: int
    detail: str = Field(description="What is wrong and how to mend it, one line.")
    instance: str = Field(description="The path that was asked for.")


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return what OpenAPI shall say about the errors of a route."""
    content = {MEDIA_TYPE: {"schema": ProblemDetails.model_json_schema()}}
    named: dict[int | str, dict[str, Any]] = {
        status: {"description": HTTPStatus(status).phrase, "content": content} for status in statuses
    }
    return named | {"default": {"description": "Any other error", "content": content}}


def install_problem_handlers(app: FastAPI) -> None:
    """Make the app answer every error as problem details."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(ConnectionError, _on_store_away)
    app.add_exception_handler(Exception, _on_unexpected)


def problem_response(request: Request, problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """Return a problem as a response."""
    members = {
        "type": f"urn:wugan:problem:{problem.code}",
        "title": problem.title,
        "status": problem.status,
        "detail": " ".join(problem.detail.split()),
        "instance": request.url.path,
        **problem.extra,
    }
    # A lone surrogate in a client's text has no UTF-8; its backslash form is the same character in JSON.
    body = json.dumps(members, ensure_ascii=False).encode(errors="backslashreplace")
    return Response(body, problem.status, headers, MEDIA_TYPE)


async def _on_problem(request: Request, error: Exception) -> Response:
    if not isinstance(error, Problem):
        return await _on_unexpected(request, error)
    headers = {"WWW-Authenticate": "Bearer"} if error.status == HTTPStatus.UNAUTHORIZED else {}
    if (wait_s := error.extra.get("retry_after_s")) is not None:
        headers["Retry-After"] = str(wait_s)
    return problem_response(request, error, headers)


async def _on_invalid(request: Request, error: Exception) -> Response:
    faults = error.errors() if isinstance(error, RequestValidationError) else []
    told = [{"where": _where(fault), "fault": _fault(fault)} for fault in faults]
    if any(fault["type"] == "json_invalid" for fault in faults):
        problem = Problem(400, "not_json", "Not JSON", "the body is not JSON; send one UTF-8 JSON object")
        return problem_response(request, problem)
    lines = [f"{one['where']}: {one['fault']}{_got(fault)}" for one, fault in zip(told, faults, strict=True)]
    problem = Problem(422, "invalid", "Request not understood", "; ".join(lines), {"errors": told})
    return problem_response(request, problem)


def _where(fault: Mapping[str, Any]) -> str:
    return ".".join(str(part)[:LONGEST_ECHO] for part in fault["loc"])


def _fault(fault: Mapping[str, Any]) -> str:
    if fault["type"] == "model_attributes_type":
        return "send one JSON object with Content-Type: application/json"
    return str(fault["msg"])


def _got(fault: Mapping[str, Any]) -> str:
    if fault["type"] == "missing" or isinstance(fault.get("input"), dict):
        return ""
    return f" (got {str(ascii(fault.get('input')))[:LONGEST_ECHO]})"


async def _on_http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        return await _on_unexpected(request, error)
    status, path = HTTPStatus(error.status_code), request.url.path
    detail = str(error.detail)
    if status is HTTPStatus.NOT_FOUND and detail == status.phrase:
        detail = f"there is nothing at {path}; /openapi.json lists what there is"
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = (error.headers or {}).get("Allow", "")
        detail = f"{request.method} is not allowed at {path}; use {allowed}"
    problem = Problem(status.value, status.name.lower(), status.phrase, detail)
    return problem_response(request, problem, error.headers)


async def _on_store_away(request: Request, error: Exception) -> Response:
    log.warning("store_away", path=request.url.path, error=str(error))
    problem = Problem(
        503, "store_away", "A store is away", f"ask again in {RETRY_AFTER_S} s; an Idempotency-Key makes that safe"
    )
    return problem_response(request, problem, {"Retry-After": str(RETRY_AFTER_S)})


async def _on_unexpected(request: Request, error: Exception) -> Response:
    log.error("request_failed", path=request.url.path, error=repr(error))
    detail = "the fault is ours, not the request's; the log says what happened"
    return problem_response(request, Problem(500, "internal", "Unexpected error", detail))
