"""Linear algebra, name by name. PyTorch: torch/linalg/__init__.py."""

from minitorch.ops.decompositions import eigh as eigh
from minitorch.ops.decompositions import eigvalsh as eigvalsh
from minitorch.ops.decompositions import qr as qr
from minitorch.ops.decompositions import svd as svd
from minitorch.ops.decompositions import svdvals as svdvals
from minitorch.ops.diagonals import linalg_diagonal as diagonal  # noqa: F401
from minitorch.ops.linalg import cond as cond
from minitorch.ops.linalg import linalg_norm as norm  # noqa: F401
from minitorch.ops.linalg import matrix_norm as matrix_norm
from minitorch.ops.linalg import vector_norm as vector_norm
from minitorch.ops.lu import lu as lu
from minitorch.ops.lu import lu_factor as lu_factor
from minitorch.ops.lu import lu_factor_ex as lu_factor_ex
from minitorch.ops.lu import lu_solve as lu_solve
from minitorch.ops.matmul import matmul as matmul
from minitorch.ops.matrices import LinAlgError as LinAlgError
from minitorch.ops.products import linalg_cross as cross  # noqa: F401
from minitorch.ops.products import matrix_exp as matrix_exp
from minitorch.ops.products import matrix_power as matrix_power
from minitorch.ops.products import multi_dot as multi_dot
from minitorch.ops.products import tensorinv as tensorinv
from minitorch.ops.products import tensorsolve as tensorsolve
from minitorch.ops.products import vander as vander
from minitorch.ops.products import vecdot as vecdot
from minitorch.ops.pseudo_inverse import lstsq as lstsq
from minitorch.ops.pseudo_inverse import matrix_rank as matrix_rank
from minitorch.ops.pseudo_inverse import pinv as pinv
from minitorch.ops.solving import det as det
from minitorch.ops.solving import inv as inv
from minitorch.ops.solving import inv_ex as inv_ex
from minitorch.ops.solving import slogdet as slogdet
from minitorch.ops.solving import solve as solve
from minitorch.ops.solving import solve_ex as solve_ex
from minitorch.ops.triangular import cholesky as cholesky
from minitorch.ops.triangular import cholesky_ex as cholesky_ex
from minitorch.ops.triangular import solve_triangular as solve_triangular
