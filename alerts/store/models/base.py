"""Root of the tables and how their constraints are named."""

from sqlalchemy import BigInteger, Boolean, Float, LargeBinary, MetaData, Text
from sqlalchemy.orm import DeclarativeBase

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""Constraints have names, so that a migration can take them away on both databases."""


class Base(DeclarativeBase):
    """Root of the models; times are Unix milliseconds."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {int: BigInteger, str: Text, float: Float, bytes: LargeBinary, bool: Boolean}  # noqa: RUF012 - read by SQLAlchemy
