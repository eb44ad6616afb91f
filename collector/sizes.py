"""Sizes as operators write them."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from core.units import parse_bytes

ByteSize = Annotated[int, BeforeValidator(parse_bytes), Field(gt=0)]
