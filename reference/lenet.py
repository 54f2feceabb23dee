"""LeNet-5 learns handwritten digits. PyTorch: nn.Tanh, nn.AvgPool2d, optim.Adam, lr_scheduler.StepLR.

The network of LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition"
(1998), with its tanh and average pooling; cross-entropy and Adam are today's. Everything in it is smooth, so
rounding errors stay small: two libraries can follow one curve for hundreds of steps.

    python reference/lenet.py
"""

import argparse

import torch
from data import add_data_options, load
from torch import nn
from torch.optim import Adam
from torch.optim.lr_scheduler import StepLR
from torch.utils.data import DataLoader


class LeNet(nn.Module):
    """Images (N, 1, 28, 28) -> logits (N, 10)."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 6, kernel_size=5, padding=2),  # (N, 6, 28, 28)
            nn.Tanh(),
            nn.AvgPool2d(2),  # (N, 6, 14, 14)
            nn.Conv2d(6, 16, kernel_size=5),  # (N, 16, 10, 10)
            nn.Tanh(),
            nn.AvgPool2d(2),  # (N, 16, 5, 5)
        )
        self.classifier = nn.Sequential(
            nn.Flatten(),  # (N, 400)
            nn.Linear(400, 120),
            nn.Tanh(),
            nn.Linear(120, 84),
            nn.Tanh(),
            nn.Linear(84, 10),
        )

    def forward(self, x):
        return self.classifier(self.features(x))


def evaluate(model, loader):
    """The share of held-out images that the model classifies correctly, in percent."""
    model.eval()
    correct = 0
    with torch.no_grad():
        for images, labels in loader:
            correct += (model(images).argmax(dim=1) == labels).sum().item()
    return 100 * correct / len(loader.dataset)


def main():
    parser = argparse.ArgumentParser(description="LeNet-5 learns handwritten digits.")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=0)
    add_data_options(parser)
    options = parser.parse_args()

    torch.manual_seed(options.seed)
    train_data, test_data = load(options)
    train_loader = DataLoader(train_data, batch_size=options.batch_size, shuffle=True)
    test_loader = DataLoader(test_data, batch_size=1000)

    model = LeNet()
    criterion = nn.CrossEntropyLoss()
    optimizer = Adam(model.parameters(), lr=options.lr)
    scheduler = StepLR(optimizer, step_size=4, gamma=0.5)  # half the learning rate every four epochs

    for epoch in range(1, options.epochs + 1):
        model.train()
        total = 0.0
        for images, labels in train_loader:
            optimizer.zero_grad()
            loss = criterion(model(images), labels)
            loss.backward()
            optimizer.step()
            total += loss.item()
        accuracy = evaluate(model, test_loader)
        print(
            f"Epoch [{epoch}/{options.epochs}], lr: {scheduler.get_last_lr()[0]:.5f}, "
            f"Loss: {total / len(train_loader):.4f}, Acc: {accuracy:.2f}%"
        )
        scheduler.step()

    print(f"Held-out accuracy: {evaluate(model, test_loader):.2f}%")


if __name__ == "__main__":
    main()
