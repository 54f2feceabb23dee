"""MNIST and FashionMNIST. PyTorch: torchvision/datasets/mnist.py."""

import gzip
import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import minitorch
from minitorch.vision.datasets.utils import download_and_unpack
from minitorch.vision.datasets.vision import VisionDataset
from minitorch.vision.image import fromarray

# More than any IDX file here has; a corrupt header may claim 2**96 bytes.
MAX_BYTES = 2**30


class MNIST(VisionDataset):
    """Handwritten digits, 28x28 grey: 60,000 for training, 10,000 for tests.

    Reads the four IDX files in `root/MNIST/raw`, plain or as .gz; with `download` missing ones are fetched.
    `data` is uint8 (N, 28, 28), `targets` int64 (N,); a sample is (image, int), see minitorch.vision.image
    for the image. RuntimeError where files are missing or broken. The `processed` folder of torchvision
    before 0.9 is not read. PyTorch: torchvision.datasets.MNIST.
    """

    # torchvision's second mirror answers to http only.
    mirrors = [
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ]
    # File and checksum: SHA-256, or MD5 as in torchvision.
    resources = [
        ("train-images-idx3-ubyte.gz", "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
        ("train-labels-idx1-ubyte.gz", "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
        ("t10k-images-idx3-ubyte.gz", "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
        ("t10k-labels-idx1-ubyte.gz", "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
    ]
    classes = [
        "0 - zero",
        "1 - one",
        "2 - two",
        "3 - three",
        "4 - four",
        "5 - five",
        "6 - six",
        "7 - seven",
        "8 - eight",
        "9 - nine",
    ]

    def __init__(
        self,
        root: str | Path,
        train: bool = True,
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        download: bool = False,
    ) -> None:
        super().__init__(root, transform=transform, target_transform=target_transform)
        self.train = train
        if download:
            self.download()
        if not self._check_exists():
            error = RuntimeError("Dataset not found. You can use download=True to download it")
            error.add_note(f"Looked for {', '.join(self._file_names())} (plain or .gz) in {self.raw_folder}")
            raise error
        self.data, self.targets = self._load_data()

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        img, target = fromarray(self.data[index].numpy()), int(self.targets[index])
        if self.transform is not None:
            img = self.transform(img)
        if self.target_transform is not None:
            target = self.target_transform(target)
        return img, target

    def __len__(self) -> int:
        return len(self.data)

    @property
    def raw_folder(self) -> str:
        """The folder of the IDX files."""
        return os.path.join(self.root, type(self).__name__, "raw")

    @property
    def class_to_idx(self) -> dict[str, int]:
        """The number of each class, by name."""
        return {name: i for i, name in enumerate(self.classes)}

    def download(self) -> None:
        """Fetches the files that are missing, checks them and unpacks them into `raw_folder`."""
        for name, (archive, checksum) in zip(self._file_names(), self.resources):
            if self._path(name) is None:
                urls = [mirror + archive for mirror in self.mirrors]
                download_and_unpack(urls, os.path.join(self.raw_folder, name), checksum)

    def extra_repr(self) -> str:
        return f"Split: {'Train' if self.train is True else 'Test'}"

    def _load_data(self):
        split = "train" if self.train else "t10k"
        data = read_image_file(self._path(f"{split}-images-idx3-ubyte"))
        targets = read_label_file(self._path(f"{split}-labels-idx1-ubyte"))
        if len(data) != len(targets):
            raise RuntimeError(f"{self.raw_folder}: {len(data)} {split} images, but {len(targets)} labels")
        return data, targets

    def _check_exists(self) -> bool:
        return all(self._path(name) is not None for name in self._file_names())

    def _file_names(self) -> list[str]:
        return [os.path.splitext(archive)[0] for archive, _ in self.resources]

    def _path(self, name: str) -> str | None:
        """Where the file is, plain or packed; None where it is not."""
        plain = os.path.join(self.raw_folder, name)
        return next((path for path in (plain, plain + ".gz") if os.path.isfile(path)), None)


class FashionMNIST(MNIST):
    """Articles of clothing in the format of MNIST, in `root/FashionMNIST/raw`.

    PyTorch: torchvision.datasets.FashionMNIST.
    """

    mirrors = [
        "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
    ]
    resources = [
        ("train-images-idx3-ubyte.gz", "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
        ("train-labels-idx1-ubyte.gz", "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
        ("t10k-images-idx3-ubyte.gz", "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
        ("t10k-labels-idx1-ubyte.gz", "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
    ]
    classes = [
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ]


def read_image_file(path: str):
    """uint8 (N, H, W) of an IDX file. PyTorch: torchvision.datasets.mnist.read_image_file."""
    return minitorch.from_numpy(_read_idx(path, 3))


def read_label_file(path: str):
    """int64 (N,) of an IDX file. PyTorch: torchvision.datasets.mnist.read_label_file."""
    return minitorch.from_numpy(_read_idx(path, 1).astype(np.int64))


def _read_idx(path: str, ndim: int) -> np.ndarray:
    """The uint8 array in an IDX file; RuntimeError, with file and reason, where it is broken.

    The format: bytes 0, 0, 8 (for uint8) and ndim; the sizes, four bytes each, the highest first; the values.
    """
    try:
        with gzip.open(path) if path.endswith(".gz") else open(path, "rb") as file:
            header = file.read(4 + 4 * ndim)
            if header[:4] != bytes((0, 0, 8, ndim)):
                raise RuntimeError(
                    f"{path}: not an IDX file of uint8 in {ndim} dimensions: it begins with the bytes "
                    f"{header[:4].hex(' ') or '(none)'}, not {bytes((0, 0, 8, ndim)).hex(' ')}"
                )
            if len(header) < 4 + 4 * ndim:
                raise RuntimeError(f"{path}: the file ends within its header, after {len(header)} bytes")
            shape = struct.unpack(f">{ndim}I", header[4:])
            expected = 1
            for size in shape:
                expected *= size
            if expected > MAX_BYTES:
                raise RuntimeError(f"{path}: the header claims {shape}, more than {MAX_BYTES} bytes")
            # One byte more, to see whether something follows.
            values = file.read(expected + 1)
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise RuntimeError(f"{path}: broken gzip file: {error}") from error
    if len(values) != expected:
        came = f"only {len(values)}" if len(values) < expected else "more"
        raise RuntimeError(
            f"{path}: the header {shape} promises {expected} bytes of values, but there are {came}"
        )
    return np.frombuffer(bytearray(values), np.uint8).reshape(shape)
