"""Pictures: data sets and transforms, named as in torchvision. PyTorch: torchvision/__init__.py."""

from minitorch.vision import datasets as datasets
from minitorch.vision import transforms as transforms
from minitorch.vision import utils as utils
