"""Reading what a request gives: query, JSON body or form, checked by the class that also documents it."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, TypeVar

from flask import request
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from werkzeug.exceptions import UnsupportedMediaType

from spanmart.web.http.errors import Fault, InvalidRequest

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

Model = TypeVar("Model", bound=BaseModel)


def read_query(model: type[Model], *, blanks: bool = False, boxes: Collection[str] = ()) -> Model:
    """Check the query string. Raises InvalidRequest.

    With `blanks`, an empty value is taken as not given: that is how a browser sends an empty form field.
    The parameters in `boxes` are joined by commas: it sends one for each box of a name that is ticked.
    """
    return check(model, _single_values(request.args, blanks=blanks, boxes=boxes))


def read_form(model: type[Model]) -> Model:
    """Check a form that a browser has sent; an empty field is taken as not given. Raises InvalidRequest."""
    return check(model, _single_values(request.form, blanks=True))


def read_json(model: type[Model]) -> Model:
    """Check a JSON body. Raises InvalidRequest, UnsupportedMediaType."""
    if not request.is_json:
        raise UnsupportedMediaType("Send the body as JSON, with Content-Type: application/json.")
    try:
        return model.model_validate_json(request.get_data())
    except ValidationError as error:
        raise InvalidRequest(_faults(error, model)) from None


def check(model: type[Model], values: Mapping[str, object]) -> Model:
    """Make the model of values as they came. Raises InvalidRequest."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise InvalidRequest(_faults(error, model)) from None


def _single_values(
    given: "MultiDict[str, str]", *, blanks: bool, boxes: Collection[str] = ()
) -> dict[str, str]:
    values = {name: [value for value in found if value or not blanks] for name, found in given.lists()}
    values.update({name: [",".join(values[name])] for name in boxes if values.get(name)})
    repeated = [name for name, found in values.items() if len(found) > 1]
    if repeated:
        raise InvalidRequest(
            [_fault(name, f"{name} is given more than once; give one value.") for name in repeated]
        )
    return {name: found[0] for name, found in values.items() if found}


def _faults(error: ValidationError, model: type[BaseModel]) -> list[Fault]:
    # Of an optional value pydantic also says that it is not null, which nobody who sends text wants to know.
    details = [detail for detail in error.errors() if detail["type"] != "none_required"]
    return [_explain(detail, model) for detail in details]


def _explain(detail: ErrorDetails, model: type[BaseModel]) -> Fault:
    name = str(detail["loc"][0]) if detail["loc"] else "body"
    kind, given = detail["type"], detail["input"]
    if kind == "extra_forbidden":
        return _fault(name, f"Unknown parameter {name!r}. Allowed: {', '.join(model.model_fields)}.")
    if kind == "literal_error":
        return _fault(name, f"{name} cannot be {given!r}. Allowed: {detail['ctx']['expected']}.")
    if kind == "missing":
        return _fault(name, f"{name} is missing.")
    if kind == "value_error":
        return _fault(name, f"{name}: {detail['ctx']['error']}.")
    return _fault(name, f"{name}: {detail['msg']}.")


def _fault(parameter: str, message: str) -> Fault:
    return Fault(parameter=parameter, message=message)
