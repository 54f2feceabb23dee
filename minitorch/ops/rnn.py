"""Recurrent layers: a cell, applied step by step. PyTorch: aten/src/ATen/native/RNN.cpp.

A composite. The product with the input is made for all steps at once; the one with the state cannot be.
"""

from collections.abc import Callable, Sequence

from minitorch._tensor import Tensor
from minitorch.ops.activation import relu, sigmoid, tanh
from minitorch.ops.joining import cat, stack
from minitorch.ops.matmul import linear
from minitorch.ops.slicing import chunk, split, unbind

State = tuple[Tensor, ...]  # (h,), or (h, c) of an LSTM; each (B, H)
Cell = Callable[[Tensor, State, "Weights"], State]


class Weights:
    """The parameters of one layer in one direction; biases and the projection may be None."""

    __slots__ = ("bias_hh", "bias_ih", "hh", "hr", "ih")

    def __init__(
        self, ih: Tensor, hh: Tensor, bias_ih: Tensor | None, bias_hh: Tensor | None, hr: Tensor | None = None
    ):
        self.ih, self.hh, self.bias_ih, self.bias_hh, self.hr = ih, hh, bias_ih, bias_hh, hr


def rnn_tanh_cell(projected: Tensor, state: State, weights: Weights) -> State:
    """h = tanh(projected + W h + b). PyTorch: torch.rnn_tanh_cell."""
    return (tanh(projected + linear(state[0], weights.hh, weights.bias_hh)),)


def rnn_relu_cell(projected: Tensor, state: State, weights: Weights) -> State:
    """h = relu(projected + W h + b). PyTorch: torch.rnn_relu_cell."""
    return (relu(projected + linear(state[0], weights.hh, weights.bias_hh)),)


def gru_cell(projected: Tensor, state: State, weights: Weights) -> State:
    """Reset, update and new gate: h = (1 - z) * n + z * h. PyTorch: torch.gru_cell."""
    (h,) = state
    input_r, input_z, input_n = chunk(projected, 3, -1)
    hidden_r, hidden_z, hidden_n = chunk(linear(h, weights.hh, weights.bias_hh), 3, -1)
    r, z = sigmoid(input_r + hidden_r), sigmoid(input_z + hidden_z)
    n = tanh(input_n + r * hidden_n)
    return ((h - n) * z + n,)


def lstm_cell(projected: Tensor, state: State, weights: Weights) -> State:
    """Input, forget, cell and output gate: c = f * c + i * g, h = o * tanh(c), projected if asked. PyTorch: torch.lstm_cell."""
    h, c = state
    i, f, g, o = chunk(projected + linear(h, weights.hh, weights.bias_hh), 4, -1)
    c = sigmoid(f) * c + sigmoid(i) * tanh(g)
    h = sigmoid(o) * tanh(c)
    return (h if weights.hr is None else linear(h, weights.hr)), c


def layer(
    input: Tensor,  # (T, B, F), or packed: (elements, F)
    sizes: Sequence[int] | None,  # of a packed input: how many sequences go on at each step
    cell: Cell,
    state: State,
    weights: Weights,
    reverse: bool,
) -> tuple[Tensor, State]:
    """The outputs of all steps, laid out as the input, and each sequence's last state."""
    projected = linear(input, weights.ih, weights.bias_ih)
    steps = unbind(projected, 0) if sizes is None else split(projected, list(sizes))
    order = range(len(steps) - 1, -1, -1) if reverse else range(len(steps))
    outputs: list[Tensor | None] = [None] * len(steps)
    if sizes is None:
        for step in order:
            state = cell(steps[step], state, weights)
            outputs[step] = state[0]
        return stack(outputs), state
    return _packed(steps, sizes, order, cell, state, weights, outputs)


def _packed(steps, sizes, order, cell: Cell, first: State, weights: Weights, outputs) -> tuple[Tensor, State]:
    """Sequences end (forwards) or begin (backwards) on the way: longest first, they are the last rows."""
    count = sizes[order[0]]
    state, ended = tuple([each[:count] for each in first]), []
    for step in order:
        if sizes[step] < count:
            ended.append([each[sizes[step] :] for each in state])
            state = tuple([each[: sizes[step]] for each in state])
        elif sizes[step] > count:
            state = tuple([cat([each, start[count : sizes[step]]]) for each, start in zip(state, first)])
        count = sizes[step]
        state = cell(steps[step], state, weights)
        outputs[step] = state[0]
    if ended:
        state = tuple([cat([each, *reversed(rows)]) for each, *rows in zip(state, *ended)])
    return cat(outputs), state
