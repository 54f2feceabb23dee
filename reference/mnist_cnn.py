"""A convolutional network learns handwritten digits. PyTorch: nn.Conv2d, nn.MaxPool2d, optim.Adam.

Three 3x3 convolutions (1-32-64-128 channels), each with relu and 2x2 max pooling, and one Linear on top.

    python reference/mnist_cnn.py                            # the digits that come with scikit-learn
    python reference/mnist_cnn.py --data FOLDER --epochs 1   # MNIST
"""

import argparse

import torch
import torch.nn as nn
import torch.nn.functional as F
from data import add_data_options, load
from torch import optim
from torch.utils.data import DataLoader


class CNN(nn.Module):
    """Images (N, 1, 28, 28) -> logits (N, 10)."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, kernel_size=3, padding=1)
        self.conv2 = nn.Conv2d(32, 64, kernel_size=3, padding=1)
        self.conv3 = nn.Conv2d(64, 128, kernel_size=3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.fc = nn.Linear(128 * 3 * 3, 10)

    def forward(self, x):
        x = self.pool(F.relu(self.conv1(x)))  # (N, 32, 14, 14)
        x = self.pool(F.relu(self.conv2(x)))  # (N, 64, 7, 7)
        x = self.pool(F.relu(self.conv3(x)))  # (N, 128, 3, 3)
        x = x.view(x.size(0), -1)  # (N, 1152)
        return self.fc(x)  # logits: the loss takes their softmax


def train(model, loader, criterion, optimizer):
    """One pass over the training images; returns the mean loss."""
    model.train()
    total = 0.0
    for images, labels in loader:
        optimizer.zero_grad()
        loss = criterion(model(images), labels)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader)


def evaluate(model, loader):
    """The share of held-out images that the model classifies correctly, in percent."""
    model.eval()
    correct = 0
    with torch.no_grad():
        for images, labels in loader:
            predicted = model(images).argmax(dim=1)
            correct += (predicted == labels).sum().item()
    return 100 * correct / len(loader.dataset)


def main():
    parser = argparse.ArgumentParser(description="A convolutional network learns handwritten digits.")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=0)
    add_data_options(parser)
    options = parser.parse_args()

    torch.manual_seed(options.seed)
    train_data, test_data = load(options)
    train_loader = DataLoader(train_data, batch_size=options.batch_size, shuffle=True)
    test_loader = DataLoader(test_data, batch_size=1000)

    model = CNN()
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.Adam(model.parameters(), lr=options.lr)

    for epoch in range(1, options.epochs + 1):
        loss = train(model, train_loader, criterion, optimizer)
        accuracy = evaluate(model, test_loader)
        print(f"Epoch [{epoch}/{options.epochs}], Loss: {loss:.4f}, Acc: {accuracy:.2f}%")

    print(f"Held-out accuracy: {evaluate(model, test_loader):.2f}%")


if __name__ == "__main__":
    main()
