"""Images side by side, files, sizes and colours of PIL images. Oracle: torchvision.utils, torchvision.transforms."""

import io

import numpy as np
import pytest


def picture(mode="RGB", height=9, width=6):
    """A PIL image of random pixels."""
    image = pytest.importorskip("PIL.Image", reason="makes images with Pillow, which is not installed")
    values = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return image.fromarray(values).convert(mode)


def numbers(lib, *shape):
    return ((lib.arange(int(np.prod(shape))) * 37) % 101).view(*shape).float() / 50 - 0.5


GRIDS = {
    "batch": lambda lib, grid: grid(numbers(lib, 11, 3, 4, 5)),
    "grey": lambda lib, grid: grid(numbers(lib, 5, 1, 4, 5), nrow=2, padding=1, pad_value=0.5),
    "no padding": lambda lib, grid: grid(numbers(lib, 4, 1, 2, 2), nrow=3, padding=0),
    "normalised": lambda lib, grid: grid(numbers(lib, 3, 1, 4, 5), normalize=True),
    "each normalised": lambda lib, grid: grid(numbers(lib, 3, 2, 4, 5), normalize=True, scale_each=True),
    "within a range": lambda lib, grid: grid(numbers(lib, 3, 1, 4, 5), normalize=True, value_range=(0.0, 0.5)),
    "list": lambda lib, grid: grid([numbers(lib, 3, 4, 5), numbers(lib, 3, 4, 5) + 1]),
    "one": lambda lib, grid: grid(numbers(lib, 1, 3, 4, 5)),
    "matrix": lambda lib, grid: grid(numbers(lib, 4, 5)),
    "uint8": lambda lib, grid: grid((100 * numbers(lib, 3, 1, 2, 2) + 50).to(lib.uint8)),
    "text": lambda lib, grid: grid("image"),
    "list of texts": lambda lib, grid: grid(["image"]),
    "range as a list": lambda lib, grid: grid(numbers(lib, 3, 1, 4, 5), normalize=True, value_range=[0, 1]),
}


@pytest.mark.parametrize("body", GRIDS.values(), ids=GRIDS.keys())
def test_make_grid(agree_with_torchvision, body):
    """The same picture or error; the images themselves stay as they are."""
    agree_with_torchvision(lambda lib, vision: body(lib, vision.utils.make_grid))


def test_save_image(agree_with_torchvision):
    """The same file, to a name and to a file object."""
    picture()

    def body(lib, vision):
        file = io.BytesIO()
        images = numbers(lib, 5, 1, 4, 5)
        vision.utils.save_image(images, file, format="png", nrow=3, normalize=True)
        before = numbers(lib, 5, 1, 4, 5)
        return file.getvalue() == b"", np.frombuffer(file.getvalue(), np.uint8), (images == before).all().item()

    agree_with_torchvision(body)


SIZES = [4, [4], (5, 7), 9, (3, 3), (9, 6)]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_resize(agree_with_torchvision, size, mode):
    """By Pillow's filters; one number is the shorter side."""

    def body(lib, vision):
        transform = vision.transforms.Resize(size, vision.transforms.InterpolationMode.BICUBIC)
        made = [transform(picture(mode)), vision.transforms.Resize(size)(picture(mode, 6, 9))]
        return [np.array(each) for each in made], repr(transform)

    agree_with_torchvision(body)


def test_resize_with_a_longest_side(agree_with_torchvision):
    """`max_size` limits the longer side, and is refused beside two sizes."""
    agree_with_torchvision(lambda lib, vision: np.array(vision.transforms.Resize(8, max_size=10)(picture())))
    agree_with_torchvision(lambda lib, vision: np.array(vision.transforms.Resize(8, max_size=9)(picture())))
    agree_with_torchvision(lambda lib, vision: vision.transforms.Resize((8, 9), max_size=10)(picture()))
    agree_with_torchvision(lambda lib, vision: vision.transforms.Resize((8, 9, 3)))


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_grey_and_back(agree_with_torchvision, mode):
    """Grayscale, ToPILImage and ToTensor."""

    def body(lib, vision):
        T = vision.transforms
        tensor = T.ToTensor()(picture(mode))
        again = [T.ToPILImage()(tensor), T.ToPILImage()(np.array(picture(mode))), T.ToPILImage("L")(tensor[:1])]
        grey = [T.Grayscale(count)(picture(mode)) for count in (1, 3)]
        return [(each.mode, np.array(each)) for each in again + grey], repr(T.ToPILImage("L")), repr(T.Grayscale(3))

    agree_with_torchvision(body)


def test_what_is_no_image(agree_with_torchvision):
    """The errors of ToPILImage and Grayscale."""
    for wrong in ("text", np.ones((2, 2, 2, 2)), np.ones((2, 2, 5), np.uint8)):
        agree_with_torchvision(lambda lib, vision, wrong=wrong: vision.transforms.ToPILImage()(wrong))
    agree_with_torchvision(lambda lib, vision: vision.transforms.Grayscale(2)(picture()))


def test_random_apply(agree_with_torchvision):
    """One draw an image; the transforms' own draws after it."""

    def body(lib, vision):
        T = vision.transforms
        lib.manual_seed(3)
        transform = T.RandomApply([T.RandomHorizontalFlip(), T.RandomVerticalFlip(1.0)], p=0.6)
        return [transform(numbers(lib, 1, 4, 5)) for _ in range(8)], repr(transform), lib.rand(2)

    agree_with_torchvision(body)
