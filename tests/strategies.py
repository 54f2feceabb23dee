"""What hypothesis draws: shapes, layouts, dtypes. PyTorch: torch/testing/_internal/opinfo/core.py."""

from hypothesis import strategies as st
from inputs import LAYOUTS, Input

FLOATS = ("float32", "float64")
DTYPES = ("float32", "float64", "int64", "int32", "uint8", "bool")


def shapes(min_dims: int = 0, max_dims: int = 4, min_side: int = 0, max_side: int = 4):
    """Small shapes; sides of 0 and no dimensions at all included unless excluded."""
    return st.lists(st.integers(min_side, max_side), min_size=min_dims, max_size=max_dims).map(tuple)


def layouts():
    """A memory layout, the plain one most simply."""
    return st.sampled_from(list(LAYOUTS))


def dtypes(of=DTYPES):
    """A dtype's name."""
    return st.sampled_from(list(of))


@st.composite
def inputs(
    draw, shape=None, of=("float64",), low: float = -2.0, high: float = 2.0, max_dims: int = 4, **options
):
    """One Input in any layout. `shape`: a shape, or a strategy for one."""
    if shape is None:
        shape = shapes(max_dims=max_dims)
    if not isinstance(shape, tuple):
        shape = draw(shape)
    return Input(shape, draw(dtypes(of)), draw(layouts()), low, high, seed=draw(st.integers(0, 9)), **options)


@st.composite
def broadcastable(
    draw, number: int = 2, max_dims: int = 4, min_side: int = 0, max_side: int = 4
) -> list[tuple[int, ...]]:
    """Shapes that broadcast together."""
    full = draw(shapes(max_dims=max_dims, min_side=min_side, max_side=max_side))
    result = []
    for _ in range(number):
        kept = draw(st.integers(0, len(full)))
        shape = [1 if draw(st.integers(0, 3)) == 0 else size for size in full[len(full) - kept :]]
        result.append(tuple(shape))
    return result


def dims(ndim: int):
    """A valid dimension, counted from either end."""
    bound = max(ndim, 1)
    return st.integers(-bound, bound - 1)


def scalars():
    """Python numbers of every kind."""
    return st.one_of(st.booleans(), st.integers(-3, 3), st.floats(-3, 3, width=32, allow_subnormal=False))
