"""One step of larger networks, on random data: residual, recurrent, attention. PyTorch: benchmarks/ (training)."""

import torch
from case import Case
from programs import step_of
from resnet_digits import ResNet
from tiny_gpt import GPT
from torch import nn, optim


def transformer():
    torch.manual_seed(0)
    layer = nn.TransformerEncoderLayer(128, 4, batch_first=True)
    model = nn.TransformerEncoder(layer, 2)
    x, y = torch.randn(16, 64, 128), torch.randn(16, 64, 128)
    return step_of(model, nn.MSELoss(), optim.AdamW(model.parameters()), x, y)


class Recurrent(nn.Module):
    """(N, T, 128) -> (N, T, 128): the outputs of one recurrent layer."""

    def __init__(self, kind):
        super().__init__()
        self.layer = kind(128, 128, batch_first=True)

    def forward(self, x):
        return self.layer(x)[0]


def recurrent(kind):
    def make():
        torch.manual_seed(0)
        model = Recurrent(kind)
        x, y = torch.randn(16, 64, 128), torch.randn(16, 64, 128)
        return step_of(model, nn.MSELoss(), optim.Adam(model.parameters()), x, y)

    return make


def residual(memory_format=torch.contiguous_format):
    torch.manual_seed(0)
    model = ResNet(1).to(memory_format=memory_format)
    images, labels = torch.rand(64, 1, 28, 28).to(memory_format=memory_format), torch.randint(0, 10, (64,))
    optimizer = optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=5e-4, nesterov=True)
    return step_of(model, nn.CrossEntropyLoss(label_smoothing=0.1), optimizer, images, labels)


def gpt():
    torch.manual_seed(0)
    model = GPT(64, 64, 64, 4, 2, 0.0)
    letters, targets = torch.randint(0, 64, (16, 64)), torch.randint(0, 64, (16, 64))

    optimizer = optim.AdamW(model.parameters())
    return step_of(lambda x: model(x, targets)[1], lambda loss, _: loss, optimizer, letters, targets)


CASES = [
    Case("TransformerEncoder 2x128", transformer, limit=0.9, fresh=True),
    Case("LSTM 128", recurrent(nn.LSTM), limit=1.0, fresh=True),
    Case("GRU 128", recurrent(nn.GRU), fresh=True),
    Case("RNN 128", recurrent(nn.RNN), fresh=True),
    Case("resnet_digits", residual, limit=1.0, memory_formats=True, fresh=True),
    Case("tiny_gpt", gpt, fresh=True),
]
