"""All steps of a recurrent layer in one launch. PyTorch: what it takes from oneDNN (mkldnn_rnn_layer).

As single operations, a step of an LSTM is 14 of them forwards and twice as many backwards, each on a few thousand
numbers: their overhead was nine tenths of the time. The sequences of a batch do not depend on each other, so a task is
a few of them from the first step to the last: nothing waits for another thread on the way. A step is a product with
the weight, which is packed once for all steps, and the gates, while what they read is still in the first-level cache.
"""

from collections.abc import Callable

import numpy as np
from numba.extending import register_jitable

from minitorch.kernels.cpu._compile import parallel, prange, serial
from minitorch.kernels.cpu.gemm import matmul
from minitorch.kernels.cpu.memory import empty, zeros
from minitorch.kernels.cpu.microkernel import ROWS, loops, multiply, panel_width, transpose
from minitorch.kernels.cpu.pointwise import contiguous
from minitorch.kernels.cpu.reduce import sum
from minitorch.kernels.exponential import exp, tanh

_ROWS = min(8, ROWS)  # sequences of a task at most: enough sums in flight for the micro-kernel, and two tasks from 9 on
_DEPTH = 256  # steps of a product at a time: as in `gemm.py`


def recurrent(
    kind: str,  # "lstm", "gru", "tanh" or "relu"
    projected: np.ndarray,  # (T, B, G H): the part of the G gates that the input decides
    h: np.ndarray,  # (B, H): the first state
    c: np.ndarray | None,  # (B, H) of an LSTM
    weight: np.ndarray,  # (G H, H)
    bias: np.ndarray | None,  # (G H,)
    reverse: bool,  # the last step first
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The outputs and the cells of all steps, (T, B, H), and what the derivative needs of the gates, (T, B, ...).

    Only an LSTM has cells, and only it and the GRU have gates: else the outputs stand there once more.
    """
    (steps, batch, width), size, dtype = projected.shape, h.shape[1], projected.dtype
    output = cells = gates = empty((steps, batch, size), dtype)
    if kind == "lstm":
        cells = empty(output.shape, dtype)
    if kind in ("lstm", "gru"):
        gates = empty((steps, batch, 4 * size), dtype)
    bias = np.zeros(width, dtype) if bias is None else contiguous(bias)
    tasks = -(-batch // _ROWS)
    left, products = empty((tasks, size, _ROWS), dtype), empty((tasks * _ROWS, width), dtype)
    h = contiguous(h)
    _STEPS[kind].for_work(4 * steps * batch * width)(
        contiguous(projected), bias, h, h if c is None else contiguous(c), _panels(weight.T), output, cells, gates, left,
        products, np.arange(min(size, _DEPTH)) * _ROWS, reverse, *loops(dtype, True)[:2],
    )  # fmt: skip
    return output, cells, gates


def recurrent_backward(
    kind: str,
    grad_output: np.ndarray | None,  # (T, B, H)
    grad_h: np.ndarray | None,  # (B, H): of the last state
    grad_c: np.ndarray | None,  # (B, H)
    h: np.ndarray,
    c: np.ndarray | None,
    weight: np.ndarray,
    output: np.ndarray,
    cells: np.ndarray,
    gates: np.ndarray,
    reverse: bool,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The gradients of `projected`, `h`, `c` (if there is one), `weight` and `bias` of `recurrent`."""
    (steps, batch, size), width, dtype = output.shape, weight.shape[0], output.dtype
    to_projected = to_products = empty((steps, batch, width), dtype)
    if kind == "gru":  # the reset gate stands between its product and the rest
        to_projected = empty(to_products.shape, dtype)
    grad_output = zeros(output.shape, dtype) if grad_output is None else contiguous(grad_output)
    last = grad_output[0 if reverse else -1]
    grad_h = last.copy() if grad_h is None else grad_h + last
    grad_c = zeros((batch, size), dtype) if grad_c is None else grad_c.copy()
    left, h = empty((-(-batch // _ROWS), width, _ROWS), dtype), contiguous(h)
    _STEPS_BACKWARD[kind].for_work(4 * steps * batch * width)(
        grad_output, grad_h, grad_c, h if c is None else contiguous(c), _panels(weight), cells, gates, to_projected,
        to_products, left, np.zeros(size, dtype), np.arange(min(width, _DEPTH)) * _ROWS, reverse, *loops(dtype, True)[:2],
    )  # fmt: skip
    rows = to_products.reshape(steps * batch, width)
    grad_weight = matmul(rows.T, _states_before(h, output, reverse).reshape(steps * batch, size))
    return to_projected, grad_h, grad_c, grad_weight, sum(rows, (0,), False, dtype)


def _panels(matrix: np.ndarray) -> np.ndarray:
    """(K, N) in panels of columns, (panels, K, width), the last one filled up with zeros: what the micro-kernel reads."""
    (k, n), width = matrix.shape, panel_width(matrix.dtype)
    result = zeros((-(-n // width), k, width), matrix.dtype)
    for panel, first in zip(result, range(0, n, width)):
        panel[:, : n - first] = matrix[:, first : first + width]
    return result


def _states_before(h: np.ndarray, output: np.ndarray, reverse: bool) -> np.ndarray:
    """The state that each step began with."""
    before = empty(output.shape, output.dtype)
    if reverse:
        before[:-1], before[-1] = output[1:], h
    else:
        before[1:], before[0] = output[:-1], h
    return before


@serial
def _times_panels(loop, rows, left, distances, panels, init, init_start, init_pitch, out, out_start, out_pitch):
    """out = init + left @ panels, for some rows; `left` holds the elements of a column side by side."""
    count, depth, width = panels.shape
    flat = panels.reshape(panels.size)
    for panel in range(count):
        first = panel * width
        columns = min(width, out_pitch - first)
        for k in range(0, depth, _DEPTH):
            block, from_left, from_right = min(_DEPTH, depth - k), k * _ROWS, (panel * depth + k) * width
            to = out_start + first
            if k == 0:
                multiply(
                    loop, rows, columns, block, left, from_left, distances, 0, flat, from_right, width,
                    init, init_start + first, init_pitch, out, to, out_pitch,
                )  # fmt: skip
            else:
                multiply(
                    loop, rows, columns, block, left, from_left, distances, 0, flat, from_right, width,
                    out, to, out_pitch, out, to, out_pitch,
                )  # fmt: skip


# The gates of one sequence; each in a loop of its own over contiguous numbers: LLVM makes vectors of that.


def _lstm(projected, product, before, gates, cell, out):
    size = out.size
    for j in range(2 * size):
        gates[j] = 1 / (1 + exp(-(projected[j] + product[j])))
    from_input, from_state, g = projected[2 * size : 3 * size], product[2 * size : 3 * size], gates[2 * size : 3 * size]
    for j in range(size):
        g[j] = tanh(from_input[j] + from_state[j])
    from_input, from_state, o = projected[3 * size :], product[3 * size :], gates[3 * size :]
    for j in range(size):
        o[j] = 1 / (1 + exp(-(from_input[j] + from_state[j])))
    i, f = gates[:size], gates[size : 2 * size]
    for j in range(size):
        cell[j] = f[j] * before[j] + i[j] * g[j]
    for j in range(size):
        out[j] = o[j] * tanh(cell[j])


def _lstm_backward(grad_h, grad_c, gates, cell, before, to_projected, out):
    size, one = cell.size, cell.dtype.type(1)
    i, f, g, o = gates[:size], gates[size : 2 * size], gates[2 * size : 3 * size], gates[3 * size :]
    to_i, to_f, to_g, to_o = out[:size], out[size : 2 * size], out[2 * size : 3 * size], out[3 * size :]
    for j in range(size):
        to_o[j] = tanh(cell[j])
    for j in range(size):
        squashed = to_o[j]
        to_o[j] = grad_h[j] * squashed * (o[j] * (one - o[j]))
        grad_c[j] += grad_h[j] * o[j] * (one - squashed * squashed)
    for j in range(size):
        to_i[j] = grad_c[j] * g[j] * (i[j] * (one - i[j]))
        to_f[j] = grad_c[j] * before[j] * (f[j] * (one - f[j]))
        to_g[j] = grad_c[j] * i[j] * (one - g[j] * g[j])
    for j in range(size):
        grad_c[j] *= f[j]


def _gru(projected, product, before, gates, cell, out):
    """Kept are r, z, n and the product that r multiplies."""
    size = out.size
    for j in range(2 * size):
        gates[j] = 1 / (1 + exp(-(projected[j] + product[j])))
    r, z, n, kept = gates[:size], gates[size : 2 * size], gates[2 * size : 3 * size], gates[3 * size :]
    from_input, from_state = projected[2 * size :], product[2 * size :]
    for j in range(size):
        kept[j] = from_state[j]
        n[j] = tanh(from_input[j] + r[j] * kept[j])
    for j in range(size):
        out[j] = (before[j] - n[j]) * z[j] + n[j]


def _gru_backward(grad_h, direct, gates, cell, before, to_projected, out):
    """`direct` is what reaches the state before past the product."""
    size, one = cell.size, cell.dtype.type(1)
    r, z, n, kept = gates[:size], gates[size : 2 * size], gates[2 * size : 3 * size], gates[3 * size :]
    to_r, to_z, to_n = to_projected[:size], to_projected[size : 2 * size], to_projected[2 * size :]
    out_r, out_z, out_n = out[:size], out[size : 2 * size], out[2 * size :]
    for j in range(size):
        direct[j] = grad_h[j] * z[j]
        to_n[j] = grad_h[j] * (one - z[j]) * (one - n[j] * n[j])
        to_z[j] = grad_h[j] * (before[j] - n[j]) * (z[j] * (one - z[j]))
    for j in range(size):
        to_r[j] = to_n[j] * kept[j] * (r[j] * (one - r[j]))
        out_n[j] = to_n[j] * r[j]
    for j in range(size):
        out_r[j] = to_r[j]
        out_z[j] = to_z[j]


def _tanh(projected, product, before, gates, cell, out):
    for j in range(out.size):
        out[j] = tanh(projected[j] + product[j])


def _tanh_backward(grad_h, grad_c, gates, cell, before, to_projected, out):
    for j in range(out.size):
        out[j] = grad_h[j] * (cell.dtype.type(1) - cell[j] * cell[j])


def _relu(projected, product, before, gates, cell, out):
    for j in range(out.size):
        total = projected[j] + product[j]
        out[j] = 0 if total <= 0 else total  # NaN stays


def _relu_backward(grad_h, grad_c, gates, cell, before, to_projected, out):
    for j in range(out.size):
        out[j] = 0 if cell[j] <= 0 else grad_h[j]


def _steps(cell_of: Callable) -> Callable:
    """The loop over all steps, with the gates of `cell_of`."""
    cell_of = register_jitable(cell_of)

    def steps_of(
        projected, bias, h, c, panels, output, cells, gates, left, products, distances, reverse, tile_loop, transpose_loop
    ):
        (steps, batch, size), width = output.shape, bias.size
        tasks, first_h, states = left.shape[0], h.reshape(h.size), output.reshape(output.size)
        for task in prange(tasks):
            start, rows = batch * task // tasks, batch * (task + 1) // tasks - batch * task // tasks
            product = products[task * _ROWS : (task + 1) * _ROWS].reshape(_ROWS * width)
            columns = left[task].reshape(size * _ROWS)
            for step in range(steps):
                t = steps - 1 - step if reverse else step
                before = t + 1 if reverse else t - 1
                if step == 0:
                    transpose(transpose_loop, rows, size, first_h, start * size, size, columns, 0, _ROWS)
                else:
                    here = (before * batch + start) * size
                    transpose(transpose_loop, rows, size, states, here, size, columns, 0, _ROWS)
                _times_panels(tile_loop, rows, columns, distances, panels, bias, 0, 0, product, 0, width)
                for row in range(rows):
                    place, mine = start + row, product[row * width : (row + 1) * width]
                    old = c[place] if step == 0 else cells[before, place]
                    cell_of(projected[t, place], mine, old, gates[t, place], cells[t, place], output[t, place])

    return steps_of


def _steps_backward(derivative: Callable, direct: bool) -> Callable:
    """The loop over all steps, last first; with `direct`, what the derivative left in grad_c is added to that of h."""
    derivative = register_jitable(derivative)

    def steps_of(
        grad_output, grad_h, grad_c, c, panels, cells, gates, to_projected, to_products, left, zero, distances, reverse,
        tile_loop, transpose_loop,
    ):  # fmt: skip
        (steps, batch, size), width = cells.shape, to_products.shape[2]
        tasks, arriving, leaving = left.shape[0], grad_output.reshape(grad_output.size), grad_h.reshape(grad_h.size)
        flat = to_products.reshape(to_products.size)
        for task in prange(tasks):
            start, rows = batch * task // tasks, batch * (task + 1) // tasks - batch * task // tasks
            columns = left[task].reshape(width * _ROWS)
            for step in range(steps - 1, -1, -1):
                t = steps - 1 - step if reverse else step
                before = t + 1 if reverse else t - 1
                for row in range(rows):
                    place = start + row
                    old = c[place] if step == 0 else cells[before, place]
                    derivative(
                        grad_h[place], grad_c[place], gates[t, place], cells[t, place], old, to_projected[t, place],
                        to_products[t, place],
                    )  # fmt: skip
                here = (t * batch + start) * width
                transpose(transpose_loop, rows, width, flat, here, width, columns, 0, _ROWS)
                if step == 0:
                    _times_panels(tile_loop, rows, columns, distances, panels, zero, 0, 0, leaving, start * size, size)
                else:
                    earlier = (before * batch + start) * size
                    _times_panels(
                        tile_loop, rows, columns, distances, panels, arriving, earlier, size, leaving, start * size, size
                    )
                if direct:
                    for place in range(start * size, (start + rows) * size):
                        leaving[place] += grad_c.reshape(grad_c.size)[place]

    return steps_of


_STEPS = {
    "lstm": parallel(_steps(_lstm)),
    "gru": parallel(_steps(_gru)),
    "tanh": parallel(_steps(_tanh)),
    "relu": parallel(_steps(_relu)),
}
_STEPS_BACKWARD = {
    "lstm": parallel(_steps_backward(_lstm_backward, False)),
    "gru": parallel(_steps_backward(_gru_backward, True)),
    "tanh": parallel(_steps_backward(_tanh_backward, False)),
    "relu": parallel(_steps_backward(_relu_backward, False)),
}
