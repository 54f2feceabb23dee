"""Linear regression finds the plane behind noisy points. PyTorch: nn.Linear, nn.MSELoss, optim.SGD.

    python reference/linear_regression.py
    python reference/linear_regression.py --optimizer adam
"""

import argparse

import torch
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset

TRUE_WEIGHT = [2.0, -3.4, 0.7]
TRUE_BIAS = 4.2


def make_data(count):
    """Points x (count, 3) and their noisy heights y (count, 1)."""
    x = torch.randn(count, 3)
    y = x @ torch.tensor(TRUE_WEIGHT).view(3, 1) + TRUE_BIAS + 0.1 * torch.randn(count, 1)
    return TensorDataset(x, y)


def make_optimizer(name, parameters, lr):
    if name == "sgd":
        return optim.SGD(parameters, lr=lr or 0.05, momentum=0.9)
    if name == "adam":
        return optim.Adam(parameters, lr=lr or 0.1)
    return optim.RMSprop(parameters, lr=lr or 0.05)


def evaluate(model, data, criterion):
    """The mean squared error on points that the model has not seen."""
    x, y = data[:]
    with torch.no_grad():
        return criterion(model(x), y).item()


def main():
    parser = argparse.ArgumentParser(description="Linear regression finds the plane behind noisy points.")
    parser.add_argument("--optimizer", choices=["sgd", "adam", "rmsprop"], default="sgd")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--batch-size", type=int, default=50)
    parser.add_argument("--lr", type=float, help="learning rate (default: one that suits the optimizer)")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()

    torch.manual_seed(options.seed)
    train_data, test_data = make_data(1000), make_data(200)
    loader = DataLoader(train_data, batch_size=options.batch_size, shuffle=True)

    model = nn.Linear(3, 1)
    criterion = nn.MSELoss()
    optimizer = make_optimizer(options.optimizer, model.parameters(), options.lr)

    for epoch in range(1, options.epochs + 1):
        total = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            loss = criterion(model(x), y)
            loss.backward()
            optimizer.step()
            total += loss.item()
        print(f"Epoch [{epoch}/{options.epochs}], Loss: {total / len(loader):.4f}")

    weight = ", ".join(f"{w:.4f}" for w in model.weight[0].tolist())
    print(f"Found weight: [{weight}], bias: {model.bias.item():.4f}")
    print(f"True  weight: {TRUE_WEIGHT}, bias: {TRUE_BIAS}")
    print(f"Held-out mean squared error: {evaluate(model, test_data, criterion):.4f} (the noise has 0.0100)")


if __name__ == "__main__":
    main()
