"""Bytes from a phone in, a photograph out that we wrote ourselves: no foreign byte of it is kept or sent on."""

import hashlib
import io
import struct
import threading
from dataclasses import dataclass
from math import isfinite
from typing import Any

from PIL import Image, ImageOps
from PIL.ExifTags import GPS, IFD

from domain.problem import Problem

MOST_BYTES = 10 * 1024 * 1024
"""The largest photograph that is taken. [bytes]"""
MOST_PIXELS = 60_000_000
"""The largest picture that is decoded; a phone's greatest is 50 million. Design value. [pixels]"""
LONGEST_SIDE = 2560
"""What is kept of a picture: enough to read a sign. Design value. [pixels]"""
QUALITY = 85
MEDIA_TYPE = "image/jpeg"
_FORMATS = ("JPEG", "PNG", "WEBP")
_BROKEN = (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, struct.error, OverflowError)
"""What the decoders raise at damaged pictures."""
_POSITION_TAGS = ((GPS.GPSLatitudeRef, GPS.GPSLatitude, "NS"), (GPS.GPSLongitudeRef, GPS.GPSLongitude, "EW"))
_one_at_a_time = threading.Lock()
"""A large picture takes some hundred megabytes while it is decoded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A photograph as it is kept: a JPEG that we encoded.

    Attributes:
        blob: The file.
        sha256: Of the file, in hex.
        given_sha256: Of what the phone sent; the same picture sent twice is one.
    """

    blob: bytes
    sha256: str
    given_sha256: str
    media_type: str = MEDIA_TYPE


def read_photo(raw: bytes, *, keep_position: bool = False) -> Photo:
    """Return a photograph, turned upright, made smaller where it is large, without anything but the picture.

    Args:
        raw: What was uploaded; its content decides what it is, not its name.
        keep_position: Whether latitude and longitude stay in it (EXIF); all else goes in any case.

    Raises:
        Problem: 413, too many bytes or pixels; 415, not a JPEG, PNG or WebP picture.
    """
    if len(raw) > MOST_BYTES:
        raise too_large()
    with _one_at_a_time:
        blob = _re_encoded(raw, keep_position=keep_position)
    return Photo(blob=blob, sha256=hashlib.sha256(blob).hexdigest(), given_sha256=hashlib.sha256(raw).hexdigest())


def too_large() -> Problem:
    """Return the refusal of too many bytes."""
    most = MOST_BYTES // 1024 // 1024
    return Problem(
        413, "photo_too_large", "Photograph too large", f"a photograph may have {most} MB; send a smaller one"
    )


def _re_encoded(raw: bytes, *, keep_position: bool) -> bytes:
    try:
        picture = _opened(raw)
        exif = _position(picture) if keep_position else None
        picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is decoded no larger than needed
        upright = ImageOps.exif_transpose(picture).convert("RGB")
        upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        file = io.BytesIO()
        upright.info.clear()
        upright.save(file, "JPEG", quality=QUALITY, exif=exif or b"")
    except _BROKEN:
        kinds = "JPEG, PNG or WebP"
        raise Problem(415, "not_a_photo", "Not a photograph", f"the file is no {kinds} picture; send one") from None
    return file.getvalue()


def _opened(raw: bytes) -> Image.Image:
    """Open a picture without decoding it, and refuse one that would not fit into memory."""
    detail = f"a picture may have {MOST_PIXELS // 1_000_000} million pixels; send a smaller one"
    bomb = Problem(413, "too_many_pixels", "Picture too large", detail)
    try:
        picture = Image.open(io.BytesIO(raw), formats=_FORMATS)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise bomb from None
    if picture.width * picture.height > MOST_PIXELS:
        raise bomb
    return picture


def _position(picture: Image.Image) -> Image.Exif | None:
    """Return an EXIF block that holds nothing but a sound position; None where there is none."""
    told = picture.getexif().get_ifd(IFD.GPSInfo)
    kept: dict[int, Any] = {}
    for side, degrees, words in _POSITION_TAGS:
        values = _three_numbers(told.get(degrees))
        if told.get(side) not in tuple(words) or values is None:
            return None
        kept |= {side: told[side], degrees: values}
    exif = Image.Exif()
    exif[IFD.GPSInfo] = kept
    return exif


def _three_numbers(told: object) -> tuple[float, float, float] | None:
    """Return degrees, minutes and seconds; None where they are none."""
    try:
        degrees, minutes, seconds = (float(part) for part in told)  # type: ignore[attr-defined]
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    sound = all(isfinite(part) and 0 <= part <= 180 for part in (degrees, minutes, seconds))
    return (degrees, minutes, seconds) if sound else None
