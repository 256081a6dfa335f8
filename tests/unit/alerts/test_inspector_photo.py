"""A photograph is what its content says, and nothing of it is kept but the picture."""

import io
import struct
import zlib

import pytest
from PIL import Image
from PIL.ExifTags import GPS, IFD

from alerts.inspector.photo import LONGEST_SIDE, MOST_BYTES, read_photo
from domain.problem import Problem
from tests.builders_inspector import LATITUDE, LONGITUDE, a_picture


def opened(blob: bytes) -> Image.Image:
    return Image.open(io.BytesIO(blob))


def refusal(raw: bytes) -> tuple[int, str]:
    with pytest.raises(Problem) as refused:
        read_photo(raw)
    return refused.value.status, refused.value.code


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_comes_back_as_our_own_jpeg_without_anything_else(kind):
    raw = a_picture(kind=kind, gps=True)

    photo = read_photo(raw)

    assert (opened(photo.blob).format, opened(photo.blob).size, photo.media_type) == ("JPEG", (80, 60), "image/jpeg")
    assert b"SECRET" in raw
    assert b"SECRET" not in photo.blob
    assert not opened(photo.blob).getexif()


def test_the_position_stays_where_a_setting_keeps_it_and_nothing_else():
    photo = read_photo(a_picture(gps=True), keep_position=True)

    exif = opened(photo.blob).getexif()
    kept = exif.get_ifd(IFD.GPSInfo)
    assert b"SECRET" not in photo.blob
    assert set(kept) == {GPS.GPSLatitudeRef, GPS.GPSLatitude, GPS.GPSLongitudeRef, GPS.GPSLongitude}
    assert [float(part) for part in kept[GPS.GPSLatitude]] == pytest.approx(LATITUDE)
    assert [float(part) for part in kept[GPS.GPSLongitude]] == pytest.approx(LONGITUDE)


def test_a_picture_without_a_position_has_none_to_keep():
    assert not opened(read_photo(a_picture(), keep_position=True).blob).getexif()


def test_a_picture_that_lies_on_its_side_is_turned_upright():
    assert opened(read_photo(a_picture(80, 60, turned=True)).blob).size == (60, 80)


def test_a_large_picture_is_made_smaller():
    photo = read_photo(a_picture(LONGEST_SIDE + 1000, 30))

    assert max(opened(photo.blob).size) == LONGEST_SIDE


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF"])
def test_other_kinds_of_pictures_are_refused(kind):
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, kind)

    assert refusal(file.getvalue()) == (415, "not_a_photo")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"GIF89a",
        b"<svg onload='alert(1)'/>",
        b"%PDF-1.7",
        b"\xff\xd8\xff\xe0" + b"x" * 500,
        b"\x89PNG\r\n\x1a\n" * 9,
    ],
)
def test_what_is_no_picture_is_refused(raw):
    assert refusal(raw) == (415, "not_a_photo")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_that_ends_early_is_refused_whole(kind):
    raw = a_picture(400, 300, kind)

    assert refusal(raw[: len(raw) // 2]) == (415, "not_a_photo")


def test_too_many_bytes_are_refused():
    assert refusal(b"\xff\xd8" + bytes(MOST_BYTES)) == (413, "photo_too_large")


@pytest.mark.parametrize(("width", "height"), [(9000, 9000), (12_000, 12_000), (60_000, 60_000)])
def test_a_small_file_of_very_many_pixels_is_refused_unread(width, height):
    assert refusal(_bomb(width, height)) == (413, "too_many_pixels")


def _bomb(width: int, height: int) -> bytes:
    """Return a PNG that says it is huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")
