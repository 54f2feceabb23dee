"""Recurrent layers: a cell, applied step by step. PyTorch: aten/src/ATen/native/RNN.cpp.

A composite. The product with the input is made for all steps at once; the one with the state cannot be. For
sequences of one length, the usual case, a kernel makes all the steps.
"""

from collections.abc import Callable, Sequence

from minitorch._tensor import Tensor, wrap
from minitorch.autograd.engine import run_backward
from minitorch.autograd.function import Function
from minitorch.autograd.grad_mode import mode
from minitorch.autograd.node import gradient_edge
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
    projected = linear(input.contiguous(), weights.ih, weights.bias_ih)
    if sizes is None and weights.hr is None and _one_float_dtype(projected, weights.hh, *state):
        h, c = state if cell is lstm_cell else (state[0], None)
        output, *state = Steps.apply(projected, h, c, weights.hh, weights.bias_hh, cell, reverse)
        return output, tuple(state)
    steps = unbind(projected, 0) if sizes is None else split(projected, list(sizes))
    order = range(len(steps) - 1, -1, -1) if reverse else range(len(steps))
    outputs: list[Tensor | None] = [None] * len(steps)
    if sizes is None:
        return _dense(steps, order, cell, state, weights, outputs)
    return _packed(steps, sizes, order, cell, state, weights, outputs)


def _dense(steps, order, cell: Cell, state: State, weights: Weights, outputs) -> tuple[Tensor, State]:
    for step in order:
        state = cell(steps[step], state, weights)
        outputs[step] = state[0]
    return stack(outputs), state


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


_KINDS = {lstm_cell: "lstm", gru_cell: "gru", rnn_tanh_cell: "tanh", rnn_relu_cell: "relu"}


class Steps(Function):
    """All steps of one layer in one direction; differentiated again, it is the composite. PyTorch: mkldnn_rnn_layer."""

    @staticmethod
    def forward(ctx, projected, h, c, weight, bias, cell, reverse):
        arrays = projected.array, h.array, _array(c), weight.array, _array(bias)
        output, cells, gates = projected.kernels.recurrent(_KINDS[cell], *arrays, reverse)
        last = 0 if reverse else -1
        result = [wrap(output), wrap(output[last].copy())]
        if c is not None:
            result.append(wrap(cells[last].copy()))
        ctx.save_for_backward(projected, h, c, weight, bias, result[0])
        ctx.set_materialize_grads(False)
        ctx.cells, ctx.gates, ctx.cell, ctx.reverse = cells, gates, cell, reverse
        return tuple(result)

    @staticmethod
    def backward(ctx, grad_output, grad_h, grad_c=None):
        *inputs, output = ctx.saved_tensors
        if mode.enabled:
            grads = grad_output, grad_h, grad_c
            return *_derivative_of_steps(inputs, ctx.needs_input_grad, ctx.cell, ctx.reverse, grads), None, None
        _, h, c, weight, _ = inputs
        arrays = [_array(each) for each in (grad_output, grad_h, grad_c, h, c, weight, output)]
        gradients = output.kernels.recurrent_backward(_KINDS[ctx.cell], *arrays, ctx.cells, ctx.gates, ctx.reverse)
        return *(wrap(each) if need else None for each, need in zip(gradients, ctx.needs_input_grad)), None, None


def _array(tensor: Tensor | None):
    return None if tensor is None else tensor.array


def _derivative_of_steps(inputs: Sequence[Tensor | None], needs, cell: Cell, reverse: bool, grads) -> list:
    """The gradients of the composite of the same inputs, which can be differentiated again."""
    inputs = [None if each is None else each.view_as(each) for each in inputs]  # two may be one tensor
    projected, h, c, weight, bias = inputs
    steps, outputs = unbind(projected, 0), [None] * projected.array.shape[0]
    order = range(len(steps) - 1, -1, -1) if reverse else range(len(steps))
    first = (h,) if c is None else (h, c)
    output, state = _dense(steps, order, cell, first, Weights(None, weight, None, bias), outputs)
    roots = [(gradient_edge(result), grad) for result, grad in zip((output, *state), grads) if grad is not None]
    edges = [gradient_edge(each) if need else None for each, need in zip(inputs, needs)]
    wanted = [edge for edge in edges if edge is not None]
    found = run_backward([edge for edge, _ in roots], [grad for _, grad in roots], True, True, wanted)
    return [found.get(edge) for edge in edges]


def _one_float_dtype(*tensors: Tensor) -> bool:
    """Whether the fused kernel takes them: float32 or float64, and something there."""
    first = tensors[0].array
    same = all(each.array.dtype == first.dtype for each in tensors)
    return same and first.dtype.kind == "f" and first.itemsize >= 4 and first.size > 0
