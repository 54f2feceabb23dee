"""The functions of neural networks, an index of where each one stands. PyTorch: torch/nn/functional.py."""

from minitorch.ops.activation import elu as elu
from minitorch.ops.activation import gelu as gelu
from minitorch.ops.activation import leaky_relu as leaky_relu
from minitorch.ops.activation import logsigmoid as logsigmoid
from minitorch.ops.activation import relu as relu
from minitorch.ops.activation import sigmoid as sigmoid
from minitorch.ops.activation import silu as silu
from minitorch.ops.activation import softplus as softplus
from minitorch.ops.activation import tanh as tanh
from minitorch.ops.conv import conv2d as conv2d
from minitorch.ops.dropout import alpha_dropout as alpha_dropout
from minitorch.ops.dropout import dropout as dropout
from minitorch.ops.dropout import dropout1d as dropout1d
from minitorch.ops.dropout import dropout2d as dropout2d
from minitorch.ops.dropout import dropout3d as dropout3d
from minitorch.ops.dropout import feature_alpha_dropout as feature_alpha_dropout
from minitorch.ops.matmul import linear as linear
from minitorch.ops.pool import avg_pool2d as avg_pool2d
from minitorch.ops.pool import max_pool2d as max_pool2d
from minitorch.ops.softmax import functional_log_softmax as functional_log_softmax
from minitorch.ops.softmax import functional_softmax as functional_softmax
from minitorch.ops.softmax import log_softmax as log_softmax
from minitorch.ops.softmax import softmax as softmax
from minitorch.ops.softmax import softmin as softmin
