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
from minitorch.ops.embedding import embedding as embedding
from minitorch.ops.embedding import one_hot as one_hot
from minitorch.ops.loss import binary_cross_entropy as binary_cross_entropy
from minitorch.ops.loss import binary_cross_entropy_with_logits as binary_cross_entropy_with_logits
from minitorch.ops.loss import huber_loss as huber_loss
from minitorch.ops.loss import kl_div as kl_div
from minitorch.ops.loss import l1_loss as l1_loss
from minitorch.ops.loss import mse_loss as mse_loss
from minitorch.ops.loss import smooth_l1_loss as smooth_l1_loss
from minitorch.ops.matmul import linear as linear
from minitorch.ops.nll_loss import cross_entropy as cross_entropy
from minitorch.ops.nll_loss import nll_loss as nll_loss
from minitorch.ops.pool import avg_pool2d as avg_pool2d
from minitorch.ops.pool import max_pool2d as max_pool2d
from minitorch.ops.softmax import functional_log_softmax as log_softmax  # noqa: F401
from minitorch.ops.softmax import functional_softmax as softmax  # noqa: F401
from minitorch.ops.softmax import softmin as softmin
