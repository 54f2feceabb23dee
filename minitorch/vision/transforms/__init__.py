"""Transforms of images, as objects and as functions. PyTorch: torchvision/transforms/__init__.py."""

from minitorch.vision.transforms import functional as functional
from minitorch.vision.transforms.erasing import RandomErasing as RandomErasing
from minitorch.vision.transforms.functional import InterpolationMode as InterpolationMode
from minitorch.vision.transforms.transforms import CenterCrop as CenterCrop
from minitorch.vision.transforms.transforms import Compose as Compose
from minitorch.vision.transforms.transforms import Grayscale as Grayscale
from minitorch.vision.transforms.transforms import Lambda as Lambda
from minitorch.vision.transforms.transforms import Normalize as Normalize
from minitorch.vision.transforms.transforms import Pad as Pad
from minitorch.vision.transforms.transforms import PILToTensor as PILToTensor
from minitorch.vision.transforms.transforms import RandomApply as RandomApply
from minitorch.vision.transforms.transforms import RandomCrop as RandomCrop
from minitorch.vision.transforms.transforms import RandomHorizontalFlip as RandomHorizontalFlip
from minitorch.vision.transforms.transforms import RandomVerticalFlip as RandomVerticalFlip
from minitorch.vision.transforms.transforms import Resize as Resize
from minitorch.vision.transforms.transforms import ToPILImage as ToPILImage
from minitorch.vision.transforms.transforms import ToTensor as ToTensor
