"""What the database of operations does not ask of linear algebra: identities, errors, batches. PyTorch: test/test_linalg.py."""

import numpy as np
import pytest
from helpers import Input, check

pytestmark = pytest.mark.usefixtures("device")


def regular(*shape, seed=0):
    return Input(shape, "float64", seed=seed, low=-1.0, high=3.0)


def test_factors_make_the_matrix():
    """The factors themselves may differ in sign between LAPACKs; their products may not, nor the gradients of those."""

    def body(torch, a):
        q, r = torch.linalg.qr(a)
        u, s, vh = torch.linalg.svd(a, full_matrices=False)
        symmetric = a.mT @ a
        values, vectors = torch.linalg.eigh(symmetric)
        return q @ r, (u * s.unsqueeze(-2)) @ vh, s, values, (vectors * values.exp().unsqueeze(-2)) @ vectors.mT

    check(body, regular(2, 4, 3), double=True, rtol=1e-7, atol=1e-7)


def test_wide_matrices():
    check(
        lambda torch, a: [*torch.linalg.qr(a), torch.linalg.pinv(a), torch.linalg.svdvals(a)],
        regular(3, 5),
        double=True,
        rtol=1e-7,
        atol=1e-7,
    )


@pytest.mark.parametrize("function", ["inv", "cholesky"])
@pytest.mark.parametrize("batch", [(), (2,), (2, 2)])
def test_which_matrix_of_a_batch_fails(function, batch):
    def body(torch, a):
        a = a.clone()
        a.reshape(-1, 3, 3)[-1].zero_()
        return getattr(torch.linalg, function)(a)

    check(body, Input((*batch, 3, 3), values=_identities(batch), requires_grad=False), raises=RuntimeError)


def test_linalg_error_is_a_runtime_error():
    def body(torch):
        assert issubclass(torch.linalg.LinAlgError, RuntimeError)
        try:
            torch.linalg.solve(torch.zeros(2, 3, 3), torch.ones(2, 3))
        except torch.linalg.LinAlgError as error:
            return str(error).split("\n")[0]

    check(body)


def test_singular_matrices_have_a_gradient():
    """The determinant's gradient is the matrix of cofactors, which needs no inverse."""

    def body(torch, a):
        a = torch.cat([a, a[:1] * 2 + a[1:]])  # rank 2 of 3
        return torch.linalg.det(a)

    check(body, Input((2, 3), "float64"), rtol=1e-9, atol=1e-9)


def test_gradient_of_determinants():
    a = Input((2, 3, 3), "float64")
    check(lambda torch, a: torch.linalg.det(a), a, double=True, rtol=1e-9, atol=1e-9)
    check(lambda torch, a: torch.linalg.slogdet(a)[1], a, double=True, rtol=1e-9, atol=1e-9)


def test_einsum_spellings():
    a, b = Input((2, 3)), Input((3, 4))

    def body(torch, a, b):
        return (
            torch.einsum("ij,jk", a, b),
            torch.einsum("ij , jk -> ki", a, b),
            torch.einsum(a, [0, 1], b, [1, 2], [0, 2]),
            torch.einsum("...j,j...->...", a, b[:, :2]),
            torch.einsum("ij->", a),
        )

    check(body, a, b, double=True)


@pytest.mark.parametrize("equation", ["i..j", "ijk", "ij->k", "ij->ii", "i0", "ij,jk", "i", "......"])
def test_einsum_refuses(equation):
    check(lambda torch, a: torch.einsum(equation, a), Input((3, 3)), raises=RuntimeError)


def _identities(batch):
    return np.broadcast_to(np.eye(3, dtype=np.float32), (*batch, 3, 3))
