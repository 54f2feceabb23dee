"""The images and the text that the reference programs learn from. PyTorch: torch.utils.data, torchvision.datasets.

Two sources of images, each as a pair of data sets (training, held out) of (image, label), the image a float32 tensor
(1, 28, 28) and the label a class from 0 to 9:

* by default the 1,797 handwritten digits that come with scikit-learn: nothing to download;
* with --data FOLDER (and --download) MNIST, 60,000 and 10,000 images, as torchvision reads it.

Each source is imported where it is used, so the digits need no torchvision and MNIST no scikit-learn.
The text is a story of three thousand letters, written for these programs.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import Dataset, TensorDataset, random_split


def add_data_options(parser: argparse.ArgumentParser, images_only: bool = False) -> None:
    """`images_only`: the pixels of MNIST stay between 0 and 1."""
    parser.set_defaults(normalize=not images_only)
    parser.add_argument("--data", metavar="FOLDER", help="learn MNIST, from this folder")
    parser.add_argument("--download", action="store_true", help="fetch MNIST into the folder (./data) first")


def load(options: argparse.Namespace) -> tuple[Dataset, Dataset]:
    """The data sets (training, held out) that the options of `add_data_options` ask for."""
    if options.data or options.download:
        return mnist(options.data or "data", options.download, options.normalize)
    return digits()


def digits() -> tuple[Dataset, Dataset]:
    """1,437 digits to learn from and 360 held out: the same split every time, whatever the seed."""
    from sklearn.datasets import load_digits

    data = load_digits()
    images = torch.tensor(enlarge(data.images / 16), dtype=torch.float32)  # brightness 0 to 16 becomes 0 to 1
    labels = torch.tensor(data.target, dtype=torch.int64)
    generator = torch.Generator().manual_seed(0)
    return random_split(TensorDataset(images, labels), [1437, 360], generator=generator)


def story() -> str:
    """The text, with a space for every line break inside a paragraph."""
    text = Path(__file__).with_name("story.txt").read_text(encoding="utf-8")
    return "\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))


def enlarge(images: np.ndarray) -> np.ndarray:
    """(N, 8, 8) -> (N, 1, 28, 28): every pixel becomes 3x3, with an empty margin of 2 all round."""
    images = images.repeat(3, axis=1).repeat(3, axis=2)  # (N, 24, 24)
    return np.pad(images, [(0, 0), (2, 2), (2, 2)])[:, None]


def mnist(folder: str, download: bool, normalize: bool) -> tuple[Dataset, Dataset]:
    """60,000 images to learn from and 10,000 held out; normalised, with zero mean and unit variance over all pixels."""
    from torchvision import datasets, transforms

    transform = transforms.ToTensor()
    if normalize:
        transform = transforms.Compose([transform, transforms.Normalize((0.1307,), (0.3081,))])
    train_data = datasets.MNIST(folder, train=True, transform=transform, download=download)
    test_data = datasets.MNIST(folder, train=False, transform=transform, download=download)
    return train_data, test_data
