"""Optimizers and learning-rate schedules. PyTorch: torch/optim/__init__.py."""

from minitorch.optim import lr_scheduler as lr_scheduler
from minitorch.optim.adam import Adam as Adam
from minitorch.optim.adamw import AdamW as AdamW
from minitorch.optim.optimizer import Optimizer as Optimizer
from minitorch.optim.rmsprop import RMSprop as RMSprop
from minitorch.optim.sgd import SGD as SGD
