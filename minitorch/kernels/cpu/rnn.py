"""All steps of a recurrent layer in one launch. PyTorch: what it takes from oneDNN (mkldnn_rnn_layer).

As single operations, a step of an LSTM is 14 of them forwards and twice as many backwards, each on a few thousand
numbers: their overhead was nine tenths of the time. The sequences of a batch do not depend on each other, so a task is
a few of them from the first step to the last: nothing waits for another thread on the way. A step is a product with
the weight, which is packed once for all steps, and the gates, while what they read is still in the first-level cache.
"""

import numpy as np

from minitorch.kernels.cpu._compile import parallel, prange, serial
from minitorch.kernels.cpu.gemm import matmul
from minitorch.kernels.cpu.memory import empty, zeros
from minitorch.kernels.cpu.microkernel import ROWS, loops, multiply, panel_width, transpose
from minitorch.kernels.cpu.pointwise import contiguous
from minitorch.kernels.cpu.reduce import sum
from minitorch.kernels.exponential import exp, tanh

_ROWS = min(8, ROWS)  # sequences of a task at most: enough sums in flight for the micro-kernel, and two tasks from 9 on
_DEPTH = 256  # steps of a product at a time: as in `gemm.py`


def lstm(
    projected: np.ndarray,  # (T, B, 4 H): the part of the gates that the input decides
    h: np.ndarray,  # (B, H): the first state
    c: np.ndarray,  # (B, H)
    weight: np.ndarray,  # (4 H, H)
    bias: np.ndarray | None,  # (4 H,)
    reverse: bool,  # the last step first
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The states h and c of all steps, (T, B, H), and the gates, (T, B, 4 H): i, f, g and o after their functions."""
    steps, batch, width = projected.shape
    size, dtype = width // 4, projected.dtype
    output, cells = empty((steps, batch, size), dtype), empty((steps, batch, size), dtype)
    gates = empty(projected.shape, dtype)
    bias = np.zeros(width, dtype) if bias is None else contiguous(bias)
    tasks = -(-batch // _ROWS)
    left, hidden = empty((tasks, size, _ROWS), dtype), empty((tasks * _ROWS, width), dtype)
    _lstm.for_work(4 * steps * batch * width)(
        contiguous(projected), bias, contiguous(h), contiguous(c), _panels(weight.T), output, cells, gates, left, hidden,
        np.arange(min(size, _DEPTH)) * _ROWS, reverse, *loops(dtype, True)[:2],
    )  # fmt: skip
    return output, cells, gates


def lstm_backward(
    grad_output: np.ndarray | None,  # (T, B, H)
    grad_h: np.ndarray | None,  # (B, H): of the last state
    grad_c: np.ndarray | None,  # (B, H)
    h: np.ndarray,
    c: np.ndarray,
    weight: np.ndarray,
    output: np.ndarray,
    cells: np.ndarray,
    gates: np.ndarray,
    reverse: bool,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The gradients of `projected`, `h`, `c`, `weight` and `bias` of `lstm`."""
    (steps, batch, size), dtype = output.shape, output.dtype
    grads = empty(gates.shape, dtype)
    grad_output = zeros(output.shape, dtype) if grad_output is None else contiguous(grad_output)
    grad_c = zeros((batch, size), dtype) if grad_c is None else grad_c.copy()
    last = grad_output[0 if reverse else -1]
    grad_h = last.copy() if grad_h is None else grad_h + last
    left = empty((-(-batch // _ROWS), 4 * size, _ROWS), dtype)
    _lstm_backward.for_work(4 * grads.size)(
        grad_output, grad_h, grad_c, contiguous(c), _panels(weight), cells, gates, grads, left, np.zeros(size, dtype),
        np.arange(min(4 * size, _DEPTH)) * _ROWS, reverse, *loops(dtype, True)[:2],
    )  # fmt: skip
    rows = grads.reshape(steps * batch, 4 * size)
    grad_weight = matmul(rows.T, _states_before(h, output, reverse).reshape(steps * batch, size))
    return grads, grad_h, grad_c, grad_weight, sum(rows, (0,), False, dtype)


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


@parallel
def _lstm(
    projected, bias, h, c, panels, output, cells, gates, left, hidden, distances, reverse, tile_loop, transpose_loop
):
    steps, batch, size = output.shape
    tasks, first_h, states = left.shape[0], h.reshape(h.size), output.reshape(output.size)
    for task in prange(tasks):
        start, rows = batch * task // tasks, batch * (task + 1) // tasks - batch * task // tasks
        products = hidden[task * _ROWS : (task + 1) * _ROWS].reshape(_ROWS * 4 * size)
        columns = left[task].reshape(size * _ROWS)
        for step in range(steps):
            t = steps - 1 - step if reverse else step
            before = t + 1 if reverse else t - 1
            if step == 0:
                transpose(transpose_loop, rows, size, first_h, start * size, size, columns, 0, _ROWS)
            else:
                transpose(transpose_loop, rows, size, states, (before * batch + start) * size, size, columns, 0, _ROWS)
            _times_panels(tile_loop, rows, columns, distances, panels, bias, 0, 0, products, 0, 4 * size)
            for row in range(rows):
                old = c[start + row] if step == 0 else cells[before, start + row]
                product = products[row * 4 * size : (row + 1) * 4 * size]
                place = start + row
                _lstm_gates(projected[t, place], product, old, gates[t, place], cells[t, place], output[t, place])


@parallel
def _lstm_backward(
    grad_output, grad_h, grad_c, c, panels, cells, gates, grads, left, zero, distances, reverse, tile_loop, transpose_loop
):
    steps, batch, size = cells.shape
    tasks, arriving, leaving = left.shape[0], grad_output.reshape(grad_output.size), grad_h.reshape(grad_h.size)
    flat = grads.reshape(grads.size)
    for task in prange(tasks):
        start, rows = batch * task // tasks, batch * (task + 1) // tasks - batch * task // tasks
        columns = left[task].reshape(4 * size * _ROWS)
        for step in range(steps - 1, -1, -1):
            t = steps - 1 - step if reverse else step
            before = t + 1 if reverse else t - 1
            for place in range(start, start + rows):
                old = c[place] if step == 0 else cells[before, place]
                _lstm_gates_backward(
                    grad_h[place], grad_c[place], gates[t, place], cells[t, place], old, grads[t, place]
                )
            here = (t * batch + start) * 4 * size
            transpose(transpose_loop, rows, 4 * size, flat, here, 4 * size, columns, 0, _ROWS)
            if step == 0:
                _times_panels(tile_loop, rows, columns, distances, panels, zero, 0, 0, leaving, start * size, size)
            else:
                earlier = (before * batch + start) * size
                _times_panels(
                    tile_loop, rows, columns, distances, panels, arriving, earlier, size, leaving, start * size, size
                )


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


# Of one sequence; each gate in a loop of its own over contiguous numbers: LLVM makes vectors of that.


@serial
def _lstm_gates(projected, hidden, before, gates, cell, out):
    size = out.size
    for j in range(2 * size):
        gates[j] = 1 / (1 + exp(-(projected[j] + hidden[j])))
    from_input, from_state, g = projected[2 * size : 3 * size], hidden[2 * size : 3 * size], gates[2 * size : 3 * size]
    for j in range(size):
        g[j] = tanh(from_input[j] + from_state[j])
    from_input, from_state, o = projected[3 * size :], hidden[3 * size :], gates[3 * size :]
    for j in range(size):
        o[j] = 1 / (1 + exp(-(from_input[j] + from_state[j])))
    i, f = gates[:size], gates[size : 2 * size]
    for j in range(size):
        cell[j] = f[j] * before[j] + i[j] * g[j]
    for j in range(size):
        out[j] = o[j] * tanh(cell[j])


@serial
def _lstm_gates_backward(grad_h, grad_c, gates, cell, before, out):
    size = cell.size
    one = cell.dtype.type(1)
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
