"""Tensors that store what is not zero. PyTorch: torch/sparse/__init__.py."""

from minitorch.sparse.coo import FloatTensor as FloatTensor
from minitorch.sparse.coo import SparseTensor as SparseTensor
from minitorch.sparse.coo import mm as mm
from minitorch.sparse.coo import sparse_coo_tensor as sparse_coo_tensor
from minitorch.sparse.coo import sum as sum
from minitorch.sparse.coo import to_sparse as to_sparse
