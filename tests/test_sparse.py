"""Sparse tensors by coordinates: what graph networks do with them. Oracle: torch.sparse."""

import copy

import pytest
from agreement import agree
from helpers import check

import minitorch

torch = pytest.importorskip("torch", reason="torch is not installed: there is nothing to compare with")

WHERE = [[0, 1, 1, 0, 2], [2, 0, 2, 2, 3]]


def matrix(lib, **options):
    """(3, 4) with two values at one place."""
    return lib.sparse_coo_tensor(WHERE, [3.0, 4.0, 5.0, 1.0, -2.0], (3, 4), **options)


def seen(sparse):
    """All that can be asked of one."""
    each = sparse.coalesce()
    facts = sparse.shape, sparse.dtype, str(sparse.layout), sparse.is_sparse, sparse._nnz(), sparse.is_coalesced()
    sizes = sparse.dim(), sparse.sparse_dim(), sparse.dense_dim(), sparse.size(0), sparse.numel()
    return facts, sizes, sparse._indices(), sparse._values(), each.indices(), each.values(), each._nnz(), sparse.to_dense()


MADE = {
    "matrix": matrix,
    "of a dtype": lambda lib: matrix(lib, dtype=lib.float64),
    "size of the largest index": lambda lib: lib.sparse_coo_tensor(lib.tensor(WHERE), lib.arange(5.0)),
    "vector": lambda lib: lib.sparse_coo_tensor([[1, 3]], [1, 2], (5,)),
    "rows": lambda lib: lib.sparse_coo_tensor([[1, 1, 0]], lib.arange(6.0).view(3, 2), (3, 2)),
    "nothing": lambda lib: lib.sparse_coo_tensor(lib.zeros(2, 0, dtype=lib.int64), lib.zeros(0), (2, 3)),
    "old name": lambda lib: lib.sparse.FloatTensor(lib.tensor(WHERE), lib.arange(5.0), lib.Size((4, 4))),
    "of a dense one": lambda lib: lib.eye(3).to_sparse(),
    "transposed": lambda lib: matrix(lib).t(),
    "sum": lambda lib: lib.sparse.sum(matrix(lib), dim=1),
    "sum over rows": lambda lib: lib.sparse.sum(matrix(lib), dim=[0]),
    "twice": lambda lib: (2 * matrix(lib) + matrix(lib) / 4).coalesce(),
    "a third": lambda lib: matrix(lib) / 3,
    "an integer's third": lambda lib: matrix(lib, dtype=lib.int64) / 3,
    "difference": lambda lib: (matrix(lib) - 3 * matrix(lib).coalesce()).coalesce(),
    "rows and columns from the end": lambda lib: matrix(lib).transpose(-1, 0),
    "double": lambda lib: matrix(lib).to(lib.float64),
    "coalesced": lambda lib: matrix(lib).coalesce(),
}


@pytest.mark.parametrize("make", MADE.values(), ids=MADE.keys())
def test_what_it_is(make):
    check(lambda lib: seen(make(lib)), grad=False, strides=False)


PRODUCTS = {
    "@": lambda lib, a, x: a @ x,
    "mm": lambda lib, a, x: lib.mm(a, x),
    "sparse.mm": lambda lib, a, x: lib.sparse.mm(a, x),
    "spmm": lambda lib, a, x: lib.spmm(a, x),
    "matmul": lambda lib, a, x: lib.matmul(a, x),
    "vector": lambda lib, a, x: a @ x[:, 0],
    "coalesced": lambda lib, a, x: lib.sparse.mm(a.coalesce(), x),
    "transposed": lambda lib, a, x: lib.sparse.mm(a.t(), x[:3]),
    "with itself": lambda lib, a, x: a.t() @ (a @ x),
}


@pytest.mark.parametrize("product", PRODUCTS.values(), ids=PRODUCTS.keys())
def test_products(product):
    """Values and the gradient of the dense matrix."""

    def body(lib):
        x = (lib.arange(8.0).view(4, 2) / 3).requires_grad_()
        result = product(lib, matrix(lib), x)
        (result * result).sum().backward()
        return result, x.grad

    check(body, grad=False, strides=False)


def test_gradient_of_the_values():
    """Edge weights that are learned."""

    def body(lib):
        weights = lib.arange(5.0).requires_grad_()
        adjacency = lib.sparse_coo_tensor(lib.tensor(WHERE), weights, (3, 4))
        (lib.sparse.mm(adjacency, lib.arange(8.0).view(4, 2)).pow(2)).sum().backward()
        return weights.grad, adjacency.requires_grad, lib.sparse.sum(adjacency).item()

    check(body, grad=False)


def test_repr():
    """As in PyTorch, also with gradients and many lines."""
    check(lambda lib: repr(matrix(lib)), grad=False)
    check(lambda lib: repr(matrix(lib, requires_grad=True)), grad=False)
    check(lambda lib: repr(lib.sparse_coo_tensor([[1, 1, 0]], lib.arange(6.0).view(3, 2), (3, 2))), grad=False)


def test_a_buffer_of_a_model():
    """Moves and is copied with it."""
    module = minitorch.nn.Module()
    module.register_buffer("adjacency", matrix(minitorch))
    twin = copy.deepcopy(module).double()
    assert twin.adjacency.dtype is minitorch.float64 and module.adjacency.dtype is minitorch.float32


WRONG = {
    "too large": lambda lib: lib.sparse_coo_tensor(WHERE, [1.0] * 5, (3, 3), check_invariants=True),
    "negative": lambda lib: lib.sparse_coo_tensor([[-1], [0]], [1.0], (3, 3), check_invariants=True),
    "four values": lambda lib: lib.sparse_coo_tensor(WHERE, [1.0] * 4, (3, 4)),
    "three sizes": lambda lib: lib.sparse_coo_tensor(WHERE, [1.0] * 5, (3, 4, 5)),
    "a line of indices": lambda lib: lib.sparse_coo_tensor([0, 1], [1.0, 2.0]),
    "not coalesced": lambda lib: matrix(lib).indices(),
    "values of not coalesced": lambda lib: matrix(lib).values(),
    "shapes": lambda lib: matrix(lib) @ lib.ones(3, 2),
    "a vector's shape": lambda lib: matrix(lib) @ lib.ones(3),
    "dtypes": lambda lib: matrix(lib) @ lib.ones(4, 2, dtype=lib.float64),
    "added to a dense one": lambda lib: matrix(lib) + lib.ones(3, 4),
    "added to a number": lambda lib: matrix(lib) + 1,
    "added to another size": lambda lib: matrix(lib) + matrix(lib).t(),
    "a size too far": lambda lib: matrix(lib).size(2),
    "transposed too far": lambda lib: matrix(lib).transpose(0, 2),
    "transposed dense dimensions": lambda lib: lib.sparse_coo_tensor([[1, 0]], lib.ones(2, 3), (2, 3)).transpose(0, 1),
}


@pytest.mark.filterwarnings("ignore:Sparse invariant checks are implicitly disabled")
@pytest.mark.parametrize("body", WRONG.values(), ids=WRONG.keys())
def test_errors(body):
    agree(body)


def test_indices_are_always_checked():
    """PyTorch checks when it is told to, and else reads beside the matrix."""
    with pytest.raises(RuntimeError, match="for dim 1, size is 3 but found index 3"):
        minitorch.sparse_coo_tensor(WHERE, [1.0] * 5, (3, 3))


def test_what_it_does_not_know():
    """One clear error for every other operation."""
    with pytest.raises(NotImplementedError, match=r"does not know sparse tensors.*to_dense"):
        minitorch.relu(matrix(minitorch))
