"""Data sets of pictures. PyTorch: torchvision/datasets/__init__.py."""

from minitorch.vision.datasets.fakedata import FakeData as FakeData
from minitorch.vision.datasets.mnist import MNIST as MNIST
from minitorch.vision.datasets.mnist import FashionMNIST as FashionMNIST
from minitorch.vision.datasets.vision import VisionDataset as VisionDataset
