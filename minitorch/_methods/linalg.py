"""Products and decompositions of matrices as methods, each one line. PyTorch: torch/_C/__init__.pyi (TensorBase)."""

import minitorch


class Linalg:
    """`x.mm(y)` is an operation on x; its docstring stands there."""

    def mm(self, mat2):
        """See `minitorch.mm`."""
        return minitorch.mm(self, mat2)

    def bmm(self, mat2):
        """See `minitorch.bmm`."""
        return minitorch.bmm(self, mat2)

    def mv(self, vec):
        """See `minitorch.mv`."""
        return minitorch.mv(self, vec)

    def dot(self, tensor):
        """See `minitorch.dot`."""
        return minitorch.dot(self, tensor)

    def matmul(self, other):
        """See `minitorch.matmul`."""
        return minitorch.matmul(self, other)

    def outer(self, vec2):
        """See `minitorch.outer`."""
        return minitorch.outer(self, vec2)

    def addmm(self, mat1, mat2, *, beta=1, alpha=1):
        """See `minitorch.addmm`."""
        return minitorch.addmm(self, mat1, mat2, beta=beta, alpha=alpha)

    def baddbmm(self, batch1, batch2, *, beta=1, alpha=1):
        """See `minitorch.baddbmm`."""
        return minitorch.baddbmm(self, batch1, batch2, beta=beta, alpha=alpha)

    def addmv(self, mat, vec, *, beta=1, alpha=1):
        """See `minitorch.addmv`."""
        return minitorch.addmv(self, mat, vec, beta=beta, alpha=alpha)

    def addbmm(self, batch1, batch2, *, beta=1, alpha=1):
        """See `minitorch.addbmm`."""
        return minitorch.addbmm(self, batch1, batch2, beta=beta, alpha=alpha)

    def addr(self, vec1, vec2, *, beta=1, alpha=1):
        """See `minitorch.addr`."""
        return minitorch.addr(self, vec1, vec2, beta=beta, alpha=alpha)

    def vdot(self, other):
        """See `minitorch.vdot`."""
        return minitorch.vdot(self, other)

    def inner(self, other):
        """See `minitorch.inner`."""
        return minitorch.inner(self, other)

    def kron(self, other):
        """See `minitorch.kron`."""
        return minitorch.kron(self, other)

    def trace(self):
        """See `minitorch.trace`."""
        return minitorch.trace(self)

    def det(self):
        """See `minitorch.det`."""
        return minitorch.det(self)

    def logdet(self):
        """See `minitorch.logdet`."""
        return minitorch.logdet(self)

    def slogdet(self):
        """See `minitorch.slogdet`."""
        return minitorch.slogdet(self)

    def inverse(self):
        """See `minitorch.inverse`."""
        return minitorch.inverse(self)

    def matrix_power(self, n):
        """See `minitorch.matrix_power`."""
        return minitorch.matrix_power(self, n)

    def cholesky(self, upper=False):
        """See `minitorch.cholesky`."""
        return minitorch.cholesky(self, upper)

    def cholesky_inverse(self, upper=False):
        """See `minitorch.cholesky_inverse`."""
        return minitorch.cholesky_inverse(self, upper)

    def cholesky_solve(self, input2, upper=False):
        """See `minitorch.cholesky_solve`."""
        return minitorch.cholesky_solve(self, input2, upper)

    def qr(self, some=True):
        """See `minitorch.qr`."""
        return minitorch.qr(self, some)

    def svd(self, some=True, compute_uv=True):
        """See `minitorch.svd`."""
        return minitorch.svd(self, some, compute_uv)

    def pinverse(self, rcond=1e-15):
        """See `minitorch.pinverse`."""
        return minitorch.pinverse(self, rcond)

    def cross(self, other, dim=None):
        """See `minitorch.cross`."""
        return minitorch.cross(self, other, dim)

    def triangular_solve(self, A, upper=True, transpose=False, unitriangular=False):
        """See `minitorch.triangular_solve`."""
        return minitorch.triangular_solve(self, A, upper, transpose, unitriangular)


    def addmm_(self, mat1, mat2, *, beta=1, alpha=1):
        """See `minitorch.addmm`."""
        minitorch.ops.inplace.check(self, mat1, mat2)
        return minitorch.ops.inplace.assign(self, minitorch.addmm(self, mat1, mat2, beta=beta, alpha=alpha))

    def addmv_(self, mat, vec, *, beta=1, alpha=1):
        """See `minitorch.addmv`."""
        minitorch.ops.inplace.check(self, mat, vec)
        return minitorch.ops.inplace.assign(self, minitorch.addmv(self, mat, vec, beta=beta, alpha=alpha))

    def addbmm_(self, batch1, batch2, *, beta=1, alpha=1):
        """See `minitorch.addbmm`."""
        minitorch.ops.inplace.check(self, batch1, batch2)
        return minitorch.ops.inplace.assign(self, minitorch.addbmm(self, batch1, batch2, beta=beta, alpha=alpha))

    def addr_(self, vec1, vec2, *, beta=1, alpha=1):
        """See `minitorch.addr`."""
        minitorch.ops.inplace.check(self, vec1, vec2)
        return minitorch.ops.inplace.assign(self, minitorch.addr(self, vec1, vec2, beta=beta, alpha=alpha))

    def baddbmm_(self, batch1, batch2, *, beta=1, alpha=1):
        """See `minitorch.baddbmm`."""
        minitorch.ops.inplace.check(self, batch1, batch2)
        return minitorch.ops.inplace.assign(self, minitorch.baddbmm(self, batch1, batch2, beta=beta, alpha=alpha))

    def matrix_exp(self):
        """See `minitorch.matrix_exp`."""
        return minitorch.matrix_exp(self)

    def ger(self, vec2):
        """See `minitorch.outer`."""
        return minitorch.outer(self, vec2)
