"""What may compute: nothing here changes a result, scripts set and ask. PyTorch: torch/backends/__init__.py."""

from minitorch.backends import cpu as cpu
from minitorch.backends import cuda as cuda
from minitorch.backends import cudnn as cudnn
from minitorch.backends import mkl as mkl
from minitorch.backends import mkldnn as mkldnn
from minitorch.backends import mps as mps
from minitorch.backends import openmp as openmp
from minitorch.backends import opt_einsum as opt_einsum
