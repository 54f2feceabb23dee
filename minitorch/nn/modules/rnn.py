"""Recurrent layers; their cells stand in `rnn_cell.py`. PyTorch: torch/nn/modules/rnn.py."""

import math
import warnings

from minitorch._tensor import Tensor
from minitorch.nn import functional as F
from minitorch.nn import init
from minitorch.nn.modules.module import Module
from minitorch.nn.parameter import Parameter
from minitorch.nn.utils.rnn import PackedSequence
from minitorch.ops.creation import empty, zeros
from minitorch.ops.index_select import index_select
from minitorch.ops.joining import cat, stack
from minitorch.ops.rnn import (
    Cell,
    State,
    Weights,
    gru_cell,
    layer,
    lstm_cell,
    rnn_relu_cell,
    rnn_tanh_cell,
)

_GATES = {"LSTM": 4, "GRU": 3, "RNN_TANH": 1, "RNN_RELU": 1}
_CELLS: dict[str, Cell] = {
    "LSTM": lstm_cell,
    "GRU": gru_cell,
    "RNN_TANH": rnn_tanh_cell,
    "RNN_RELU": rnn_relu_cell,
}


class RNNBase(Module):
    """Layers over layers of one cell, in one or two directions. PyTorch: torch.nn.RNNBase."""

    def __init__(
        self,
        mode: str,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device=None,
        dtype=None,
    ):
        super().__init__()
        _check_arguments(mode, input_size, hidden_size, num_layers, bias, batch_first, dropout, proj_size)
        self.mode = mode
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bias = bias
        self.batch_first = batch_first
        self.dropout = float(dropout)
        self.bidirectional = bidirectional
        self.proj_size = proj_size
        directions = 2 if bidirectional else 1
        rows, width = _GATES[mode] * hidden_size, proj_size or hidden_size
        self._flat_weights_names: list[str] = []
        self._all_weights: list[list[str]] = []
        for number in range(num_layers):
            for direction in range(directions):
                columns = input_size if number == 0 else width * directions
                shapes = [("weight_ih", (rows, columns)), ("weight_hh", (rows, width))]
                if bias:
                    shapes += [("bias_ih", (rows,)), ("bias_hh", (rows,))]
                if proj_size > 0:
                    shapes.append(("weight_hr", (proj_size, hidden_size)))
                suffix = "_reverse" if direction else ""
                names = [f"{name}_l{number}{suffix}" for name, _ in shapes]
                for name, (_, shape) in zip(names, shapes):
                    self.register_parameter(name, Parameter(empty(shape, device=device, dtype=dtype)))
                self._flat_weights_names.extend(names)
                self._all_weights.append(names)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw all parameters, uniform in +-1/sqrt(hidden_size)."""
        bound = 1.0 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    @property
    def all_weights(self) -> list[list[Parameter]]:
        """The parameters of each layer and direction."""
        return [[getattr(self, name) for name in names] for names in self._all_weights]

    @property
    def _flat_weights(self) -> list[Parameter]:
        return [getattr(self, name) for name in self._flat_weights_names]

    def flatten_parameters(self) -> None:
        """Nothing to do: only PyTorch's GPU kernels want the parameters in one piece."""

    def _weights(self, place: int) -> Weights:
        ih, hh, *others = self.all_weights[place]
        bias_ih, bias_hh = others[:2] if self.bias else (None, None)
        return Weights(ih, hh, bias_ih, bias_hh, others[-1] if self.proj_size > 0 else None)

    def _run(self, input: Tensor, sizes: list[int] | None, states: list[State]) -> tuple[Tensor, list[State]]:
        """All layers: (T, B, F) or packed; `states` and the result have one entry for each layer and direction."""
        cell, directions = _CELLS[self.mode], 2 if self.bidirectional else 1
        finals = []
        for number in range(self.num_layers):
            outputs = []
            for direction in range(directions):
                place = number * directions + direction
                output, final = layer(input, sizes, cell, states[place], self._weights(place), direction == 1)
                outputs.append(output)
                finals.append(final)
            input = cat(outputs, -1) if directions == 2 else outputs[0]
            if self.dropout > 0 and self.training and number < self.num_layers - 1:
                input = F.dropout(input, self.dropout, True)
        return input, finals

    def forward(self, input: Tensor | PackedSequence, hx=None):
        """The outputs of the last layer at every step, and the last state of every layer and direction."""
        sizes = sorted_indices = unsorted_indices = None
        packed = isinstance(input, PackedSequence)
        if packed:
            data, batch_sizes, sorted_indices, unsorted_indices = input
            sizes = batch_sizes.tolist()
            batch, batched = sizes[0], True
        else:
            if input.dim() not in (2, 3):
                raise ValueError(f"{self._name()}: Expected input to be 2D or 3D, got {input.dim()}D instead")
            batched = input.dim() == 3
            hx = self._check_hidden_dims(hx, batched)
            data = input if batched else input.unsqueeze(0 if self.batch_first else 1)
            data = data.transpose(0, 1) if self.batch_first else data
            batch = data.shape[1]
        states = self._initial_states(hx, batch, data, sorted_indices)
        self._check_input(data, packed)
        output, finals = self._run(data, sizes, states)
        hidden = [stack([final[place] for final in finals]) for place in range(len(finals[0]))]
        if packed:
            output = PackedSequence(output, batch_sizes, sorted_indices, unsorted_indices)
            if unsorted_indices is not None:
                hidden = [index_select(each, 1, unsorted_indices) for each in hidden]
        else:
            output = output.transpose(0, 1) if self.batch_first else output
            if not batched:
                output = output.squeeze(0 if self.batch_first else 1)
                hidden = [each.squeeze(1) for each in hidden]
        return output, tuple(hidden) if self.mode == "LSTM" else hidden[0]

    def _initial_states(self, hx, batch: int, data: Tensor, order: Tensor | None) -> list[State]:
        count = self.num_layers * (2 if self.bidirectional else 1)
        sizes = [self.proj_size or self.hidden_size] + ([self.hidden_size] if self.mode == "LSTM" else [])
        if hx is None:
            parts = [zeros((count, batch, size), dtype=data.dtype, device=data.device) for size in sizes]
        else:
            parts = list(hx) if self.mode == "LSTM" else [hx]
            for place, (part, size) in enumerate(zip(parts, sizes)):
                if tuple(part.shape) != (count, batch, size):
                    which = f"hidden[{place}]" if self.mode == "LSTM" else "hidden"
                    raise RuntimeError(f"Expected {which} size {(count, batch, size)}, got {list(part.shape)}")
            if order is not None:
                parts = [index_select(part, 1, order) for part in parts]
        return list(zip(*[part.unbind(0) for part in parts]))

    def _check_hidden_dims(self, hx, batched: bool):
        if hx is None:
            return None
        wanted = 3 if batched else 2
        kind = "batched 3-D" if batched else "unbatched 2-D"
        if self.mode == "LSTM":
            if hx[0].dim() != wanted or hx[1].dim() != wanted:
                raise RuntimeError(
                    f"For {kind} input, hx and cx should also be {wanted}-D but got ({hx[0].dim()}-D, {hx[1].dim()}-D) tensors"
                )
            return hx if batched else tuple(each.unsqueeze(1) for each in hx)
        if hx.dim() != wanted:
            raise RuntimeError(f"For {kind} input, hx should also be {wanted}-D but got {hx.dim()}-D tensor")
        return hx if batched else hx.unsqueeze(1)

    def _check_input(self, data: Tensor, packed: bool) -> None:
        weight = self._flat_weights[0]
        if data.dtype != weight.dtype:
            raise ValueError(
                f"RNN input dtype ({data.dtype}) does not match weight dtype ({weight.dtype}). Convert input: "
                f"input.to({weight.dtype}), or convert model: model.to({data.dtype})"
            )
        expected = 2 if packed else 3
        if data.dim() != expected:
            raise RuntimeError(f"input must have {expected} dimensions, got {data.dim()}")
        if data.shape[-1] != self.input_size:
            raise RuntimeError(
                f"input.size(-1) must be equal to input_size. Expected {self.input_size}, got {data.shape[-1]}"
            )

    def _name(self) -> str:
        return type(self).__name__

    def extra_repr(self) -> str:
        text = f"{self.input_size}, {self.hidden_size}"
        shown = ("proj_size", 0), ("num_layers", 1), ("bias", True), ("batch_first", False), ("dropout", 0)
        for name, usual in (*shown, ("bidirectional", False)):
            value = getattr(self, name)
            if value != usual:
                text += f", {name}={value}"
        return text


class RNN(RNNBase):
    """h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu: (T, B, F) -> (T, B, H) and the last (layers, B, H).

    PyTorch: torch.nn.RNN.
    """

    def __init__(self, input_size: int, hidden_size: int, num_layers: int = 1, nonlinearity: str = "tanh", *args, **kwargs):
        if "proj_size" in kwargs:
            raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"Unknown nonlinearity '{nonlinearity}'. Select from 'tanh' or 'relu'.")
        super().__init__(f"RNN_{nonlinearity.upper()}", input_size, hidden_size, num_layers, *args, **kwargs)
        self.nonlinearity = nonlinearity


class LSTM(RNNBase):
    """Cells with input, forget and output gates: (T, B, F) -> (T, B, H) and the last (h, c), each (layers, B, H).

    PyTorch: torch.nn.LSTM.
    """

    def __init__(self, input_size: int, hidden_size: int, *args, **kwargs):
        super().__init__("LSTM", input_size, hidden_size, *args, **kwargs)


class GRU(RNNBase):
    """Cells with reset and update gates: (T, B, F) -> (T, B, H) and the last (layers, B, H). PyTorch: torch.nn.GRU."""

    def __init__(self, input_size: int, hidden_size: int, *args, **kwargs):
        if "proj_size" in kwargs:
            raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")
        super().__init__("GRU", input_size, hidden_size, *args, **kwargs)


def _check_arguments(
    mode: str, input_size: int, hidden_size: int, num_layers: int, bias, batch_first, dropout: float, proj_size: int
) -> None:
    if not isinstance(dropout, (int, float)) or not 0 <= dropout <= 1 or isinstance(dropout, bool):
        raise ValueError(
            "dropout should be a number in range [0, 1] representing the probability of an element being zeroed"
        )
    if dropout > 0 and num_layers == 1:
        warnings.warn(
            "dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects num_layers greater "
            f"than 1, but got dropout={dropout} and num_layers={num_layers}",
            stacklevel=4,
        )
    for name, value in (("bias", bias), ("batch_first", batch_first)):
        if not isinstance(value, bool):
            raise TypeError(f"{name} should be of type bool, got: {type(value).__name__}")
    for name, value in (("input_size", input_size), ("hidden_size", hidden_size)):
        if not isinstance(value, int):
            raise TypeError(f"{name} should be of type int, got: {type(value).__name__}")
        if value <= 0:
            raise ValueError(f"{name} must be greater than zero")
    if num_layers <= 0:
        raise ValueError("num_layers must be greater than zero")
    if proj_size < 0:
        raise ValueError("proj_size should be a positive integer or zero to disable projections")
    if proj_size >= hidden_size:
        raise ValueError("proj_size has to be smaller than hidden_size")
    if mode not in _GATES:
        raise ValueError("Unrecognized RNN mode: " + mode)
