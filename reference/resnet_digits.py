"""A residual network learns handwritten digits. PyTorch: nn.BatchNorm2d, nn.AdaptiveAvgPool2d, optim.SGD, OneCycleLR.

Three stages of residual blocks, 16, 32 and 64 channels wide. He, Zhang, Ren and Sun, "Deep Residual Learning for
Image Recognition" (2016).

    python reference/resnet_digits.py
"""

import argparse

import torch
from data import add_data_options, load
from torch import nn, optim
from torch.nn import functional as F
from torch.utils.data import DataLoader


class Block(nn.Module):
    """(N, C in, H, W) -> (N, C out, H / stride, W / stride): two convolutions, added to their input."""

    def __init__(self, channels_in, channels_out, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels_in, channels_out, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels_out)
        self.conv2 = nn.Conv2d(channels_out, channels_out, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels_out)
        self.shortcut = nn.Sequential()
        if stride != 1 or channels_in != channels_out:
            self.shortcut = nn.Sequential(
                nn.Conv2d(channels_in, channels_out, 1, stride=stride, bias=False), nn.BatchNorm2d(channels_out)
            )

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += self.shortcut(x)
        return F.relu(out)


class ResNet(nn.Module):
    """Images (N, 1, 28, 28) -> logits (N, 10)."""

    def __init__(self, blocks):
        super().__init__()
        self.conv = nn.Conv2d(1, 16, 3, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(16)
        self.stage1 = self.make_stage(16, 16, blocks, stride=1)  # (N, 16, 28, 28)
        self.stage2 = self.make_stage(16, 32, blocks, stride=2)  # (N, 32, 14, 14)
        self.stage3 = self.make_stage(32, 64, blocks, stride=2)  # (N, 64, 7, 7)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(64, 10)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def make_stage(self, channels_in, channels_out, blocks, stride):
        layers = [Block(channels_in, channels_out, stride)]
        layers += [Block(channels_out, channels_out, 1) for _ in range(blocks - 1)]
        return nn.Sequential(*layers)

    def forward(self, x):
        x = F.relu(self.bn(self.conv(x)))
        x = self.stage3(self.stage2(self.stage1(x)))
        return self.fc(torch.flatten(self.pool(x), 1))


def evaluate(model, loader):
    """The share of held-out images that the model classifies correctly, in percent."""
    model.eval()
    correct = 0
    with torch.no_grad():
        for images, labels in loader:
            correct += (model(images).argmax(dim=1) == labels).sum().item()
    return 100 * correct / len(loader.dataset)


def main():
    parser = argparse.ArgumentParser(description="A residual network learns handwritten digits.")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--blocks", type=int, default=1, help="residual blocks of a stage")
    parser.add_argument("--lr", type=float, default=0.05, help="the highest learning rate")
    parser.add_argument("--seed", type=int, default=0)
    add_data_options(parser)
    options = parser.parse_args()

    torch.manual_seed(options.seed)
    train_data, test_data = load(options)
    train_loader = DataLoader(train_data, batch_size=options.batch_size, shuffle=True)
    test_loader = DataLoader(test_data, batch_size=360)

    model = ResNet(options.blocks)
    optimizer = optim.SGD(model.parameters(), lr=options.lr, momentum=0.9, weight_decay=5e-4, nesterov=True)
    scheduler = optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=options.lr, epochs=options.epochs, steps_per_epoch=len(train_loader)
    )

    for epoch in range(1, options.epochs + 1):
        model.train()
        total = 0.0
        for images, labels in train_loader:
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images), labels, label_smoothing=0.1)
            loss.backward()
            optimizer.step()
            scheduler.step()
            total += loss.item()
        accuracy = evaluate(model, test_loader)
        print(
            f"Epoch [{epoch}/{options.epochs}], lr: {scheduler.get_last_lr()[0]:.5f}, "
            f"Loss: {total / len(train_loader):.4f}, Acc: {accuracy:.2f}%"
        )

    print(f"Held-out accuracy: {evaluate(model, test_loader):.2f}%")


if __name__ == "__main__":
    main()
