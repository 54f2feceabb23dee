"""All steps of a recurrent layer: a product and a launch for each. PyTorch: native/cuda/RNN.cu, and what it takes from cuDNN.

The product with the state is `matmul`; what the gates do with it is one kernel, an element of the state to a thread.
Layouts are the CPU's: what the forward pass keeps of an LSTM's gates are i, f, g, o, and of a GRU's r, z, n and the
product that r multiplies.
"""

from minitorch.kernels import formulas
from minitorch.kernels.cuda._compile import THREADS, blocks, formula, kernel
from minitorch.kernels.cuda._driver import cuda
from minitorch.kernels.cuda._rows import in_order
from minitorch.kernels.cuda.array import DeviceArray
from minitorch.kernels.cuda.gemm import matmul
from minitorch.kernels.cuda.memory import empty, zeros
from minitorch.kernels.cuda.reduce import sum


def recurrent(
    kind: str,  # "lstm", "gru", "tanh" or "relu"
    projected: DeviceArray,  # (T, B, G H): the part of the G gates that the input decides
    h: DeviceArray,  # (B, H): the first state
    c: DeviceArray | None,  # (B, H) of an LSTM
    weight: DeviceArray,  # (G H, H)
    bias: DeviceArray | None,  # (G H,)
    reverse: bool,  # the last step first
) -> tuple[DeviceArray, DeviceArray, DeviceArray]:
    """The outputs and the cells of all steps, (T, B, H), and what the derivative needs of the gates, (T, B, ...).

    Only an LSTM has cells, and only it and the GRU have gates: else the outputs stand there once more.
    """
    (steps, batch, _), size, dtype = projected.shape, h.shape[1], projected.dtype
    output = cells = gates = empty((steps, batch, size), dtype)
    if kind == "lstm":
        cells = empty(output.shape, dtype)
    if kind in ("lstm", "gru"):
        gates = empty((steps, batch, 4 * size), dtype)
    projected, state = in_order(projected), in_order(h)
    before = state if c is None else in_order(c)
    given = weight if bias is None else in_order(bias)
    for t in _order(steps, reverse):
        product = matmul(state, weight.T)
        _STEP[kind][blocks(batch * size), THREADS](
            projected[t], product, given, bias is None, before, gates[t], cells[t], output[t], batch * size, size
        )
        state, before = output[t], cells[t]
    return output, cells, gates


def recurrent_backward(
    kind: str,
    grad_output: DeviceArray | None,  # (T, B, H)
    grad_h: DeviceArray | None,  # (B, H): of the last state
    grad_c: DeviceArray | None,  # (B, H)
    h: DeviceArray,
    c: DeviceArray | None,
    weight: DeviceArray,
    output: DeviceArray,
    cells: DeviceArray,
    gates: DeviceArray,
    reverse: bool,
) -> tuple[DeviceArray, DeviceArray, DeviceArray, DeviceArray, DeviceArray]:
    """The gradients of `projected`, `h`, `c` (if there is one), `weight` and `bias` of `recurrent`."""
    (steps, batch, size), width, dtype = output.shape, weight.shape[0], output.dtype
    to_projected = to_products = empty((steps, batch, width), dtype)
    if kind == "gru":  # the reset gate stands between its product and the rest
        to_projected = empty(to_products.shape, dtype)
    grad_output = zeros(output.shape, dtype) if grad_output is None else in_order(grad_output)
    grad_h = zeros((batch, size), dtype) if grad_h is None else in_order(grad_h)
    direct = zeros((batch, size), dtype) if grad_c is None else grad_c.copy()  # of a GRU: past the product
    h = in_order(h)
    first = h if c is None else in_order(c)
    order = _order(steps, reverse)
    for place in range(steps - 1, -1, -1):
        t = order[place]
        before = cells[order[place - 1]] if place else first
        _STEP_BACKWARD[kind][blocks(batch * size), THREADS](
            grad_output[t], grad_h, direct, gates[t], cells[t], before, to_projected[t], to_products[t], batch * size, size
        )
        grad_h = matmul(to_products[t], weight)
    if kind == "gru":
        _add[blocks(batch * size), THREADS](grad_h, direct, batch * size)
    rows = to_products.reshape(steps * batch, width)
    grad_weight = matmul(rows.T, _states_before(h, output, reverse).reshape(steps * batch, size))
    return to_projected, grad_h, direct, grad_weight, sum(rows, (0,), False, dtype)


def _order(steps: int, reverse: bool) -> range:
    return range(steps - 1, -1, -1) if reverse else range(steps)


def _states_before(h: DeviceArray, output: DeviceArray, reverse: bool) -> DeviceArray:
    """The state that each step began with."""
    before = empty(output.shape, output.dtype)
    if reverse:
        before[:-1], before[-1] = output[1:], h
    else:
        before[1:], before[0] = output[:-1], h
    return before


_sigmoid, _tanh = formula(formulas.sigmoid), formula(formulas.tanh)


@kernel
def _lstm_step(projected, product, bias, no_bias, before, gates, cell, out, count, size):
    for p in range(cuda.grid(1), count, cuda.gridsize(1)):
        j = p % size
        i = p // size * 4 * size + j
        f, g, o = i + size, i + 2 * size, i + 3 * size
        zero = out.dtype.type(0)
        gates[i] = _sigmoid(projected[i] + (product[i] + (zero if no_bias else bias[j])))
        gates[f] = _sigmoid(projected[f] + (product[f] + (zero if no_bias else bias[j + size])))
        gates[g] = _tanh(projected[g] + (product[g] + (zero if no_bias else bias[j + 2 * size])))
        gates[o] = _sigmoid(projected[o] + (product[o] + (zero if no_bias else bias[j + 3 * size])))
        cell[p] = gates[f] * before[p] + gates[i] * gates[g]
        out[p] = gates[o] * out.dtype.type(_tanh(cell[p]))


@kernel
def _gru_step(projected, product, bias, no_bias, before, gates, cell, out, count, size):
    for p in range(cuda.grid(1), count, cuda.gridsize(1)):
        j, row = p % size, p // size
        i = row * 3 * size + j
        r = row * 4 * size + j
        z, n, kept = r + size, r + 2 * size, r + 3 * size
        zero = out.dtype.type(0)
        gates[r] = _sigmoid(projected[i] + (product[i] + (zero if no_bias else bias[j])))
        gates[z] = _sigmoid(projected[i + size] + (product[i + size] + (zero if no_bias else bias[j + size])))
        gates[kept] = product[i + 2 * size] + (zero if no_bias else bias[j + 2 * size])
        gates[n] = _tanh(projected[i + 2 * size] + gates[r] * gates[kept])
        out[p] = (before[p] - gates[n]) * gates[z] + gates[n]


@kernel
def _tanh_step(projected, product, bias, no_bias, before, gates, cell, out, count, size):
    for p in range(cuda.grid(1), count, cuda.gridsize(1)):
        out[p] = _tanh(projected[p] + (product[p] + (out.dtype.type(0) if no_bias else bias[p % size])))


@kernel
def _relu_step(projected, product, bias, no_bias, before, gates, cell, out, count, size):
    zero = out.dtype.type(0)
    for p in range(cuda.grid(1), count, cuda.gridsize(1)):
        total = projected[p] + (product[p] + (zero if no_bias else bias[p % size]))
        out[p] = zero if total <= 0 else total  # NaN stays


@kernel
def _lstm_backward(grad_output, grad_h, grad_c, gates, cell, before, to_projected, out, count, size):
    one = cell.dtype.type(1)
    for p in range(cuda.grid(1), count, cuda.gridsize(1)):
        i = p // size * 4 * size + p % size
        f, g, o = i + size, i + 2 * size, i + 3 * size
        slope, squashed = grad_h[p] + grad_output[p], cell.dtype.type(_tanh(cell[p]))
        out[o] = slope * squashed * (gates[o] * (one - gates[o]))
        of_cell = grad_c[p] + slope * gates[o] * (one - squashed * squashed)
        out[i] = of_cell * gates[g] * (gates[i] * (one - gates[i]))
        out[f] = of_cell * before[p] * (gates[f] * (one - gates[f]))
        out[g] = of_cell * gates[i] * (one - gates[g] * gates[g])
        grad_c[p] = of_cell * gates[f]


@kernel
def _gru_backward(grad_output, grad_h, direct, gates, cell, before, to_projected, out, count, size):
    one = cell.dtype.type(1)
    for p in range(cuda.grid(1), count, cuda.gridsize(1)):
        j, row = p % size, p // size
        i = row * 3 * size + j
        r = row * 4 * size + j
        z, n, kept = r + size, r + 2 * size, r + 3 * size
        slope = grad_h[p] + direct[p] + grad_output[p]
        direct[p] = slope * gates[z]
        to_n = slope * (one - gates[z]) * (one - gates[n] * gates[n])
        to_z = slope * (before[p] - gates[n]) * (gates[z] * (one - gates[z]))
        to_r = to_n * gates[kept] * (gates[r] * (one - gates[r]))
        to_projected[i] = out[i] = to_r
        to_projected[i + size] = out[i + size] = to_z
        to_projected[i + 2 * size], out[i + 2 * size] = to_n, to_n * gates[r]


@kernel
def _tanh_backward(grad_output, grad_h, grad_c, gates, cell, before, to_projected, out, count, size):
    for p in range(cuda.grid(1), count, cuda.gridsize(1)):
        out[p] = (grad_h[p] + grad_output[p]) * (cell.dtype.type(1) - cell[p] * cell[p])


@kernel
def _relu_backward(grad_output, grad_h, grad_c, gates, cell, before, to_projected, out, count, size):
    for p in range(cuda.grid(1), count, cuda.gridsize(1)):
        out[p] = cell.dtype.type(0) if cell[p] <= 0 else grad_h[p] + grad_output[p]


@kernel
def _add(target, other, count):
    for i in range(cuda.grid(1), count, cuda.gridsize(1)):
        target[i] += other[i]


_STEP = {"lstm": _lstm_step, "gru": _gru_step, "tanh": _tanh_step, "relu": _relu_step}
_STEP_BACKWARD = {"lstm": _lstm_backward, "gru": _gru_backward, "tanh": _tanh_backward, "relu": _relu_backward}
