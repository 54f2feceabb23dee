"""The stand-in for PIL images: everything it does is what Pillow's images do."""

import sys

import numpy as np
import pytest

from minitorch.vision import image
from minitorch.vision.transforms import functional as F

PIXELS = np.random.default_rng(0).integers(0, 256, (5, 6), dtype=np.uint8)


def pillow_image():
    return pytest.importorskip("PIL.Image", reason="compares with Pillow, which is not installed").fromarray(
        PIXELS
    )


def test_attributes():
    ours, theirs = image.Image(PIXELS), pillow_image()
    for name in ("size", "width", "height", "mode"):
        assert getattr(ours, name) == getattr(theirs, name)
    assert ours.getbands() == theirs.getbands()
    assert ours.tobytes() == theirs.tobytes()
    assert np.array_equal(np.asarray(ours), np.asarray(theirs))
    assert ours == image.Image(PIXELS.copy()) and ours != image.Image(255 - PIXELS)
    assert repr(ours) == "<minitorch.vision.image.Image mode=L size=6x5>"


TRANSFORMS = {
    "hflip": F.hflip,
    "vflip": F.vflip,
    "crop": lambda img: F.crop(img, 1, 2, 3, 2),
    "crop over the edge": lambda img: F.crop(img, -1, 3, 9, 9),
    "crop outside": lambda img: F.crop(img, 8, -9, 2, 3),
    "center crop": lambda img: F.center_crop(img, (7, 3)),
    "pad": lambda img: F.pad(img, (1, 2, 3, 4), 9),
    "pad and crop": lambda img: F.pad(img, (-1, 2, 3, -2), 9),
    "pad edge": lambda img: F.pad(img, 2, 0, "edge"),
    "pad reflect": lambda img: F.pad(img, (9, -1), 0, "reflect"),
    "pad symmetric": lambda img: F.pad(img, (-1, 2, 3, -2), 0, "symmetric"),
}


@pytest.mark.parametrize("transform", TRANSFORMS.values(), ids=TRANSFORMS.keys())
def test_transforms(transform):
    ours, theirs = transform(image.Image(PIXELS)), transform(pillow_image())
    assert isinstance(ours, image.Image)
    assert F.get_dimensions(ours) == F.get_dimensions(theirs)
    assert np.array_equal(np.asarray(ours), np.asarray(theirs))
    assert F.to_tensor(ours).tolist() == F.to_tensor(theirs).tolist()
    assert F.pil_to_tensor(ours).tolist() == F.pil_to_tensor(theirs).tolist()


def test_fromarray_follows_pillow(monkeypatch):
    assert image.is_image(image.fromarray(PIXELS))
    monkeypatch.setitem(sys.modules, "PIL", None)  # as if it were not installed
    assert isinstance(image.fromarray(PIXELS), image.Image)


def test_is_image_needs_no_pillow(monkeypatch):
    monkeypatch.delitem(sys.modules, "PIL.Image", raising=False)
    assert image.is_image(image.Image(PIXELS))
    assert not image.is_image(PIXELS)
    assert "PIL.Image" not in sys.modules
