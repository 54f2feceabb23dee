"""One step of each reference program, on random images: what the project is judged by. PyTorch: benchmarks/ (training)."""

import torch
import torch.nn.functional as F
from case import Case
from lenet import LeNet
from mnist_cnn import CNN
from mnist_mlp import make_model
from torch import nn, optim

CNN_FLOPS = 2 * (28 * 28 * 32 * 9 + 14 * 14 * 64 * 288 + 7 * 7 * 128 * 576 + 1152 * 10)  # of an image, forward
CNN_STEP = 3 * CNN_FLOPS - 2 * 28 * 28 * 32 * 9  # the first layer has no gradient of its input
MLP_FLOPS = 2 * (784 * 256 + 256 * 128 + 128 * 10)
LENET_FLOPS = 2 * (28 * 28 * 6 * 25 + 10 * 10 * 16 * 150 + 400 * 120 + 120 * 84 + 84 * 10)


class AnyFormat(CNN):
    """The reference CNN, whose view() of (N, C, H, W) as (N, features) wants contiguous images."""

    def forward(self, x):
        for conv in (self.conv1, self.conv2, self.conv3):
            x = self.pool(F.relu(conv(x)))
        return self.fc(x.flatten(1))


def step_of(model, criterion, optimizer, x, y):
    """A function that makes one step of training."""

    def step():
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    return step


def regression(optimizer):
    def make():
        torch.manual_seed(0)
        x = torch.randn(100, 1)
        y = 2 * x + 1 + 0.1 * torch.randn(100, 1)
        model = nn.Linear(1, 1)
        return step_of(model, nn.MSELoss(), optimizer(model.parameters(), lr=0.01), x, y)

    return make


def classifier(model, batch, size=28):
    """A step of Adam on a batch of random images for the network that `model()` makes."""

    def make(memory_format=torch.contiguous_format):
        torch.manual_seed(0)
        images, labels = torch.rand(batch, 1, size, size), torch.randint(0, 10, (batch,))
        network = model()
        if memory_format is torch.channels_last:
            network = AnyFormat() if model is CNN else network
            images, network = images.to(memory_format=memory_format), network.to(memory_format=memory_format)
        return step_of(network, nn.CrossEntropyLoss(), optim.Adam(network.parameters()), images, labels)

    return make


def one_image(memory_format=torch.contiguous_format):
    """The answer of the CNN to one image."""
    torch.manual_seed(0)
    image, model = torch.rand(1, 1, 28, 28), CNN().eval()
    if memory_format is torch.channels_last:
        image, model = image.to(memory_format=memory_format), AnyFormat().eval().to(memory_format=memory_format)

    def answer():
        with torch.no_grad():
            return model(image)

    return answer


CASES = [
    Case("linear_regression", regression(optim.SGD), limit=0.5, fresh=True),
    Case("linear_regression adam", regression(optim.Adam), fresh=True),
    Case("mnist_mlp", classifier(lambda: make_model(0.2), 64), 64 * 3 * MLP_FLOPS, limit=0.7, fresh=True),
    Case("mnist_cnn", classifier(CNN, 64), 64 * CNN_STEP, limit=0.5, gpu_limit=1.5, memory_formats=True, fresh=True),
    Case("mnist_cnn 512", classifier(CNN, 512), 512 * CNN_STEP, limit=0.5, memory_formats=True, fresh=True),
    Case("mnist_cnn inference", one_image, CNN_FLOPS, limit=0.7, memory_formats=True, fresh=True),
    Case("lenet", classifier(LeNet, 64), 64 * 3 * LENET_FLOPS, memory_formats=True, fresh=True),
]
