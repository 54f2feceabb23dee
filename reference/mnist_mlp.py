"""A multilayer perceptron with dropout learns handwritten digits. PyTorch: nn.Sequential, nn.Dropout.

784-256-128-10 with ReLU and Dropout. First weights, order of the images and dropout masks come from one seed.

    python reference/mnist_mlp.py
    python reference/mnist_mlp.py --print-every 1     # the loss of every step
"""

import argparse

import torch
from data import add_data_options, load
from torch import nn, optim
from torch.utils.data import DataLoader


def make_model(dropout):
    """Images (N, 1, 28, 28) -> logits (N, 10)."""
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(784, 256),
        nn.ReLU(),
        nn.Dropout(dropout),
        nn.Linear(256, 128),
        nn.ReLU(),
        nn.Dropout(dropout),
        nn.Linear(128, 10),
    )


def evaluate(model, loader):
    """The share of held-out images that the model classifies correctly, in percent."""
    model.eval()  # no dropout while we measure
    correct = 0
    with torch.no_grad():
        for images, labels in loader:
            correct += (model(images).argmax(dim=1) == labels).sum().item()
    model.train()
    return 100 * correct / len(loader.dataset)


def main():
    parser = argparse.ArgumentParser(description="A perceptron with dropout learns handwritten digits.")
    parser.add_argument("--epochs", type=int, default=22)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--dropout", type=float, default=0.2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--print-every", type=int, default=10, metavar="STEPS")
    add_data_options(parser)
    options = parser.parse_args()

    torch.manual_seed(options.seed)
    train_data, test_data = load(options)
    train_loader = DataLoader(train_data, batch_size=options.batch_size, shuffle=True)
    test_loader = DataLoader(test_data, batch_size=1000)

    model = make_model(options.dropout)
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.Adam(model.parameters(), lr=options.lr)

    step = 0
    for epoch in range(1, options.epochs + 1):
        for images, labels in train_loader:
            loss = criterion(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

            step += 1
            if step % options.print_every == 0:
                print(f"Epoch {epoch}, step {step}, Loss: {loss.item():.4f}")

    print(f"Held-out accuracy: {evaluate(model, test_loader):.2f}%")


if __name__ == "__main__":
    main()
