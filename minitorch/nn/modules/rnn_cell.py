"""One step of a recurrent layer. PyTorch: torch/nn/modules/rnn.py."""

import math

from minitorch._tensor import Tensor
from minitorch.nn import functional as F
from minitorch.nn import init
from minitorch.nn.modules.module import Module
from minitorch.nn.parameter import Parameter
from minitorch.ops.creation import empty, zeros
from minitorch.ops.rnn import Cell, State, Weights, gru_cell, lstm_cell, rnn_relu_cell, rnn_tanh_cell


class RNNCellBase(Module):
    """Parameters of a cell, for `num_chunks` gates. PyTorch: torch.nn.RNNCellBase."""

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool, num_chunks: int, device=None, dtype=None
    ):
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.bias = bias
        rows = num_chunks * hidden_size
        self.weight_ih = Parameter(empty((rows, input_size), device=device, dtype=dtype))
        self.weight_hh = Parameter(empty((rows, hidden_size), device=device, dtype=dtype))
        for name in ("bias_ih", "bias_hh"):
            self.register_parameter(name, Parameter(empty(rows, device=device, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw all parameters, uniform in +-1/sqrt(hidden_size)."""
        bound = 1.0 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def extra_repr(self) -> str:
        text = f"{self.input_size}, {self.hidden_size}"
        if self.bias is not True:
            text += f", bias={self.bias}"
        if getattr(self, "nonlinearity", "tanh") != "tanh":
            text += f", nonlinearity={self.nonlinearity}"
        return text

    def _step(self, input: Tensor, hx: tuple[Tensor, ...] | None, cell: Cell) -> State:
        """The new state, as batched as the input."""
        name = type(self).__name__
        if input.dim() not in (1, 2):
            raise ValueError(f"{name}: Expected input to be 1D or 2D, got {input.dim()}D instead")
        batched = input.dim() == 2
        count = 2 if cell is lstm_cell else 1
        for place, each in enumerate(hx or ()):
            if each.dim() not in (1, 2):
                which = f"hx[{place}]" if count == 2 else "hidden"
                raise ValueError(f"{name}: Expected {which} to be 1D or 2D, got {each.dim()}D instead")
        input = input if batched else input.unsqueeze(0)
        if hx is None:
            hx = (zeros((input.size(0), self.hidden_size), dtype=input.dtype, device=input.device),) * count
        else:
            hx = tuple(each if batched else each.unsqueeze(0) for each in hx)
        self._check(input, hx)
        weights = Weights(self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        state = cell(F.linear(input, weights.ih, weights.bias_ih), hx, weights)
        return state if batched else tuple(each.squeeze(0) for each in state)

    def _check(self, input: Tensor, hx: tuple[Tensor, ...]) -> None:
        if input.size(1) != self.input_size:
            raise RuntimeError(
                f"input has inconsistent input_size: got {input.size(1)} expected {self.input_size}"
            )
        for place, each in enumerate(hx):
            if input.size(0) != each.size(0):
                raise RuntimeError(
                    f"Input batch size {input.size(0)} doesn't match hidden{place} batch size {each.size(0)}"
                )
            if each.size(1) != self.hidden_size:
                raise RuntimeError(
                    f"hidden{place} has inconsistent hidden_size: got {each.size(1)}, expected {self.hidden_size}"
                )


class RNNCell(RNNCellBase):
    """h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu: (B, F), (B, H) -> (B, H). PyTorch: torch.nn.RNNCell."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device=None,
        dtype=None,
    ):
        super().__init__(input_size, hidden_size, bias, 1, device, dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        cells: dict[str, Cell] = {"tanh": rnn_tanh_cell, "relu": rnn_relu_cell}
        if self.nonlinearity not in cells:
            raise RuntimeError(f"Unknown nonlinearity: {self.nonlinearity}")
        return self._step(input, None if hx is None else (hx,), cells[self.nonlinearity])[0]


class LSTMCell(RNNCellBase):
    """One step of an LSTM: (B, F), (h, c) -> (h, c), each (B, H). PyTorch: torch.nn.LSTMCell."""

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True, device=None, dtype=None):
        super().__init__(input_size, hidden_size, bias, 4, device, dtype)

    def forward(self, input: Tensor, hx: tuple[Tensor, Tensor] | None = None) -> tuple[Tensor, Tensor]:
        return self._step(input, hx, lstm_cell)


class GRUCell(RNNCellBase):
    """One step of a GRU: (B, F), (B, H) -> (B, H). PyTorch: torch.nn.GRUCell."""

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True, device=None, dtype=None):
        super().__init__(input_size, hidden_size, bias, 3, device, dtype)

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        return self._step(input, None if hx is None else (hx,), gru_cell)[0]
