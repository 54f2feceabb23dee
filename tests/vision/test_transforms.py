"""Transforms of images, arrays and tensors. Oracle: torchvision.transforms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

MODES = ["1", "L", "P", "RGB", "RGBA", "CMYK", "LA", "I", "F", "YCbCr", "HSV"]
PADDINGS = [0, 2, (1,), (1, 3), [1, 0, 2, 3], (-1, 2, 2, -1), (-1, -1, -1, -1), (0, 0, -3, 3)]
PADDING_MODES = ["constant", "edge", "reflect", "symmetric"]


def picture(mode="L", height=5, width=6):
    """A PIL image in which every pixel differs from its neighbours."""
    image = pytest.importorskip("PIL.Image", reason="makes images with Pillow, which is not installed")
    values = np.random.default_rng(height * width).integers(0, 256, (height, width, 3), dtype=np.uint8)
    if mode in ("LA", "CMYK", "YCbCr", "HSV", "P", "1", "RGBA", "RGB"):
        return image.fromarray(values).convert(mode)
    return image.fromarray(values[:, :, 0]).convert(mode)


def tensor(lib, *shape, dtype="float32"):
    """A tensor of different values, at most 255."""
    return (lib.arange(int(np.prod(shape))) % 251).view(*shape).to(getattr(lib, dtype))


def seen(img):
    """What can be compared of an image: its pixels, and of a PIL image its mode and palette."""
    if hasattr(img, "getbands"):
        return img.mode, img.size, np.array(img), img.getpalette() if img.mode == "P" else None
    return img


KINDS = {
    "image": lambda lib: picture(),
    "colour image": lambda lib: picture("RGB"),
    "picture (C, H, W)": lambda lib: tensor(lib, 2, 5, 6),
    "batch (N, C, H, W)": lambda lib: tensor(lib, 2, 3, 5, 6),
    "matrix": lambda lib: tensor(lib, 5, 6),
    "uint8": lambda lib: tensor(lib, 1, 5, 6, dtype="uint8"),
    "int64": lambda lib: tensor(lib, 1, 5, 6, dtype="int64"),
    "bool": lambda lib: tensor(lib, 1, 5, 6) > 7,
    "float64": lambda lib: tensor(lib, 1, 5, 6, dtype="float64"),
    "five dimensions": lambda lib: tensor(lib, 1, 1, 1, 5, 6),
    "vector": lambda lib: tensor(lib, 5),
    "no pixels": lambda lib: tensor(lib, 1, 0, 6),
    "array": lambda lib: np.ones((5, 6), np.uint8),
    "text": lambda lib: "image",
}
every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())


@pytest.mark.parametrize("mode", MODES)
def test_to_tensor_of_images(agree_with_torchvision, mode):
    def body(lib, vision):
        transforms = vision.transforms
        return transforms.ToTensor()(picture(mode)), transforms.functional.to_tensor(picture(mode))

    agree_with_torchvision(body)


@pytest.mark.parametrize("mode", [mode for mode in MODES if mode != "1"])
def test_pil_to_tensor(agree_with_torchvision, mode):
    agree_with_torchvision(lambda lib, vision: vision.transforms.PILToTensor()(picture(mode)))


ARRAYS = {
    "(H, W)": np.arange(12, dtype=np.uint8).reshape(3, 4),
    "(H, W, C)": np.arange(36, dtype=np.uint8).reshape(3, 4, 3),
    "all values": np.arange(256, dtype=np.uint8).reshape(16, 16),
    "float32": np.arange(12, dtype=np.float32).reshape(3, 4),
    "float64 (H, W, C)": np.arange(36.0).reshape(3, 4, 3),
    "int64": np.arange(12).reshape(3, 4),
    "bool": np.arange(12).reshape(3, 4) > 4,
    "not contiguous": np.arange(48, dtype=np.uint8).reshape(6, 8)[::2, ::2],
    "empty": np.zeros((0, 3), np.uint8),
    "negative strides": np.arange(12, dtype=np.uint8).reshape(3, 4)[::-1],
    "one dimension": np.arange(12, dtype=np.uint8),
    "four dimensions": np.zeros((1, 1, 1, 1), np.uint8),
    "text": "image",
    "a list": [[1]],
}


@pytest.mark.parametrize("array", ARRAYS.values(), ids=ARRAYS.keys())
def test_to_tensor_of_arrays(agree_with_torchvision, array):
    def body(lib, vision):
        return vision.transforms.ToTensor()(array)

    agree_with_torchvision(body)


def test_to_tensor_of_a_tensor(agree_with_torchvision):
    agree_with_torchvision(lambda lib, vision: vision.transforms.ToTensor()(lib.zeros(2, 2)))


def test_to_tensor_uses_the_default_dtype(agree_with_torchvision):
    def body(lib, vision):
        lib.set_default_dtype(lib.float64)
        try:
            return vision.transforms.ToTensor()(ARRAYS["all values"]), vision.transforms.ToTensor()(picture())
        finally:
            lib.set_default_dtype(lib.float32)

    agree_with_torchvision(body)


NORMALIZE = {
    "one channel": lambda lib, T: T.Normalize((0.1307,), (0.3081,))(tensor(lib, 1, 3, 4)),
    "three channels": lambda lib, T: T.Normalize([0.1, 0.2, 0.3], [0.4, 0.5, 0.6])(tensor(lib, 3, 3, 4)),
    "a batch": lambda lib, T: T.Normalize([0.1, 0.2], [0.4, 0.5])(tensor(lib, 2, 2, 3, 4)),
    "numbers": lambda lib, T: T.Normalize(0.5, 2.0)(tensor(lib, 2, 3, 4)),
    "tensors": lambda lib, T: T.Normalize(lib.tensor([0.5, 1.0]), lib.tensor([2.0, 4.0]))(
        tensor(lib, 2, 3, 4)
    ),
    "float64": lambda lib, T: T.Normalize([0.1], [0.3])(tensor(lib, 1, 3, 4, dtype="float64")),
    "two channels for one": lambda lib, T: T.Normalize([0.1, 0.2], [0.4, 0.5])(tensor(lib, 1, 3, 4)),
    "two channels for three": lambda lib, T: T.Normalize([0.1, 0.2], [0.4, 0.5])(tensor(lib, 3, 3, 4)),
    "std 0": lambda lib, T: T.Normalize([0.1], [0.0])(tensor(lib, 1, 3, 4)),
    "std that rounds to 0": lambda lib, T: T.Normalize([0.1], [1e-60])(tensor(lib, 1, 3, 4)),
    "integers": lambda lib, T: T.Normalize([0.1], [1.0])(tensor(lib, 1, 3, 4, dtype="int64")),
    "matrix": lambda lib, T: T.Normalize([0.1], [1.0])(tensor(lib, 3, 4)),
    "vector": lambda lib, T: T.Normalize([0.1], [1.0])(tensor(lib, 3)),
    "array": lambda lib, T: T.Normalize([0.1], [1.0])(np.zeros((3, 4))),
    "image": lambda lib, T: T.Normalize([0.1], [1.0])(picture()),
}


@pytest.mark.parametrize("body", NORMALIZE.values(), ids=NORMALIZE.keys())
def test_normalize(agree_with_torchvision, body):
    agree_with_torchvision(lambda lib, vision: body(lib, vision.transforms))


@pytest.mark.parametrize("inplace", [True, False])
def test_normalize_in_place(agree_with_torchvision, inplace):
    def body(lib, vision):
        image = tensor(lib, 1, 3, 4)
        result = vision.transforms.Normalize([0.1], [0.3], inplace)(image)
        return image, result, result is image

    agree_with_torchvision(body)


@every_kind
@pytest.mark.parametrize("padding", PADDINGS, ids=str)
@pytest.mark.parametrize("padding_mode", PADDING_MODES)
def test_pad(agree_with_torchvision, kind, padding, padding_mode):
    if kind is KINDS["no pixels"] and padding_mode == "symmetric":
        pytest.skip("torchvision fails there with an index tensor of the wrong type")
    agree_with_torchvision(
        lambda lib, vision: seen(vision.transforms.Pad(padding, 7, padding_mode)(kind(lib)))
    )


@pytest.mark.parametrize(
    "padding", [(5, 0), (0, 5), (6, 0), (7, 0, 0, 0), (0, -6), (-4, 0, -3, 0), (6, 0, -6, 0)]
)
@pytest.mark.parametrize("padding_mode", PADDING_MODES)
def test_pad_far(agree_with_torchvision, padding, padding_mode):
    """More than there is to mirror, or to crop; the image has 5 rows and 6 columns."""
    nothing_left = padding in [(0, -6), (-4, 0, -3, 0)]
    if padding_mode == "symmetric" and nothing_left:
        pytest.skip("torchvision fails there with an index tensor of the wrong type")
    if padding_mode == "reflect" and nothing_left:
        pytest.skip("torch complains of an overflow there; for edge padding it says what is wrong")
    agree_with_torchvision(
        lambda lib, vision: vision.transforms.functional.pad(tensor(lib, 1, 5, 6), padding, 0, padding_mode)
    )
    agree_with_torchvision(
        lambda lib, vision: seen(vision.transforms.functional.pad(picture(), padding, 0, padding_mode))
    )


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("padding_mode", ["constant", "edge"])
def test_pad_of_every_mode(agree_with_torchvision, mode, padding_mode):
    agree_with_torchvision(
        lambda lib, vision: seen(vision.transforms.Pad((1, 2), 5, padding_mode)(picture(mode)))
    )


FILLS = [(1, 2, 3), [1, 2, 3], (9,), 2.7, (1, 2), 300, -1, "red"]


@pytest.mark.parametrize("fill", FILLS, ids=str)
@pytest.mark.parametrize("kind", ["image", "colour image", "picture (C, H, W)", "int64", "bool"])
def test_pad_fill(agree_with_torchvision, fill, kind):
    agree_with_torchvision(lambda lib, vision: seen(vision.transforms.Pad(1, fill)(KINDS[kind](lib))))


def test_pad_without_fill(agree_with_torchvision):
    agree_with_torchvision(
        lambda lib, vision: [
            seen(vision.transforms.functional.pad(img, 1, None)) for img in (picture(), tensor(lib, 1, 2, 2))
        ]
    )


PAD_ERRORS = {
    "padding of three": lambda T: T.Pad((1, 2, 3)),
    "padding of text": lambda T: T.Pad("1"),
    "padding of text, late": lambda T: T.functional.pad(picture(), "1"),
    "padding of three, late": lambda T: T.functional.pad(picture(), [1, 2, 3]),
    "fill None": lambda T: T.Pad(1, None),
    "mode": lambda T: T.Pad(1, 0, "mirror"),
    "mode, late": lambda T: T.functional.pad(picture(), 1, 0, "mirror"),
    "mode of a number, late": lambda T: T.functional.pad(picture(), 1, 0, 3),
}


@pytest.mark.parametrize("body", PAD_ERRORS.values(), ids=PAD_ERRORS.keys())
def test_pad_errors(agree_with_torchvision, body):
    agree_with_torchvision(lambda lib, vision: body(vision.transforms))


@every_kind
@pytest.mark.parametrize(
    "box", [(0, 0, 5, 6), (1, 2, 3, 2), (-1, -2, 4, 4), (3, 3, 4, 5), (9, 9, 1, 1), (0, 0, 0, 0)]
)
def test_crop(agree_with_torchvision, kind, box):
    agree_with_torchvision(lambda lib, vision: seen(vision.transforms.functional.crop(kind(lib), *box)))


@every_kind
@pytest.mark.parametrize("size", [3, 4, (2, 5), [3], (5, 6), 7, (9, 2), (2, 8), (8, 9)], ids=str)
def test_center_crop(agree_with_torchvision, kind, size):
    agree_with_torchvision(lambda lib, vision: seen(vision.transforms.CenterCrop(size)(kind(lib))))


@every_kind
@pytest.mark.parametrize(
    "name", ["hflip", "vflip", "get_dimensions", "get_image_size", "get_image_num_channels"]
)
def test_functions_without_options(agree_with_torchvision, kind, name):
    agree_with_torchvision(lambda lib, vision: seen(getattr(vision.transforms.functional, name)(kind(lib))))


@settings(max_examples=2 * settings.default.max_examples)
@given(
    size=st.integers(1, 9)
    | st.tuples(st.integers(1, 9), st.integers(1, 9))
    | st.lists(st.integers(1, 8), max_size=3),
    padding=st.none() | st.sampled_from(PADDINGS),
    pad_if_needed=st.booleans(),
    padding_mode=st.sampled_from(PADDING_MODES),
    kind=st.sampled_from(["image", "colour image", "picture (C, H, W)", "uint8", "array"]),
)
def test_random_crop(agree_with_torchvision, size, padding, pad_if_needed, padding_mode, kind):
    """Two crops, and the state of the generator after them; sizes that do not fit are errors."""

    def body(lib, vision):
        crop = vision.transforms.RandomCrop(size, padding, pad_if_needed, 3, padding_mode)
        return [seen(crop(KINDS[kind](lib))) for _ in range(2)]

    agree_with_torchvision(body)


@every_kind
@pytest.mark.parametrize("name", ["RandomHorizontalFlip", "RandomVerticalFlip"])
@pytest.mark.parametrize("p", [0.5, 0, 1])
def test_random_flips(agree_with_torchvision, kind, name, p):
    def body(lib, vision):
        flip = getattr(vision.transforms, name)(p)
        return [seen(flip(kind(lib))) for _ in range(8)]

    agree_with_torchvision(body)


def test_a_pipeline_and_the_generator_state(agree_with_torchvision):
    def body(lib, vision):
        transforms = vision.transforms
        pipeline = transforms.Compose(
            [
                transforms.RandomCrop(5, padding=2),
                transforms.RandomHorizontalFlip(),
                transforms.ToTensor(),
                transforms.Lambda(lambda img: img * 2),
                transforms.Normalize((0.5,), (0.5,)),
            ]
        )
        return [pipeline(picture()) for _ in range(20)]

    agree_with_torchvision(body)


def test_reprs(agree_with_torchvision):
    def body(lib, vision):
        transforms = vision.transforms
        return [
            repr(transform)
            for transform in (
                transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5,), [0.5])]),
                transforms.Compose([]),
                transforms.PILToTensor(),
                transforms.Pad(1, (1, 2, 3), "edge"),
                transforms.CenterCrop(3),
                transforms.CenterCrop([3, 4]),
                transforms.RandomCrop([3, 4], padding=2),
                transforms.RandomHorizontalFlip(),
                transforms.RandomVerticalFlip(0.1),
                transforms.Lambda(len),
            )
        ]

    agree_with_torchvision(body)


def test_constructor_errors(agree_with_torchvision):
    for body in (
        lambda lib, vision: vision.transforms.Lambda(3),
        lambda lib, vision: vision.transforms.CenterCrop((1, 2, 3)),
        lambda lib, vision: vision.transforms.RandomCrop((1, 2, 3)),
        lambda lib, vision: vision.transforms.RandomCrop(None),
    ):
        agree_with_torchvision(body)


def test_gradients_pass_through(agree_with_torchvision):
    def body(lib, vision):
        functional = vision.transforms.functional
        image = tensor(lib, 1, 3, 4).requires_grad_()
        result = functional.pad(functional.hflip(functional.crop(image, 0, 0, 3, 3)), 1, 0, "constant")
        (functional.normalize(result, [0.5], [0.5]) * tensor(lib, 1, 5, 5)).sum().backward()
        return image.grad

    agree_with_torchvision(body)


def test_transforms_are_modules():
    """As in torchvision they may stand in nn.Sequential."""
    import minitorch
    from minitorch.vision import transforms

    pipeline = minitorch.nn.Sequential(transforms.Pad(1), transforms.CenterCrop(2))
    assert pipeline(minitorch.ones(1, 2, 2)).tolist() == [[[1, 1], [1, 1]]]


def test_random_transforms_golden():
    """torchvision's places and flips, without torchvision: torch.manual_seed(0), then four pictures."""
    import minitorch
    from minitorch.vision import transforms

    minitorch.manual_seed(0)
    pipeline = transforms.Compose([transforms.RandomCrop(2, padding=1), transforms.RandomHorizontalFlip()])
    picture = minitorch.arange(9).view(1, 3, 3)
    assert [pipeline(picture).flatten().tolist() for _ in range(4)] == GOLDEN_PICTURES


GOLDEN_PICTURES = [[0, 0, 0, 2], [0, 0, 2, 0], [0, 8, 0, 0], [7, 6, 0, 0]]


@pytest.mark.parametrize("value", [0, 0.5, (0.1, 0.2, 0.3), "random"])
def test_random_erasing(agree_with_torchvision, value):
    """The same rectangles from the same draws, or none; the image given stays."""

    def body(lib, vision):
        image = tensor(lib, 3, 9, 12) / 251
        erase = vision.transforms.RandomErasing(p=0.8, value=value)
        return [erase(image) for _ in range(6)], image, repr(erase), lib.rand(1)

    agree_with_torchvision(body)


@pytest.mark.parametrize(
    "arguments",
    [{"p": 2}, {"value": "noise"}, {"value": {}}, {"scale": (-1, 1)}, {"p": 1, "value": (1, 2)}],
    ids=str,
)
def test_random_erasing_refuses(agree_with_torchvision, arguments):
    agree_with_torchvision(lambda lib, vision: vision.transforms.RandomErasing(**arguments)(tensor(lib, 3, 9, 12)))
