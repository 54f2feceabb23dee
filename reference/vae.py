"""A variational autoencoder learns to draw digits. PyTorch: nn.Linear, F.binary_cross_entropy, torch.randn_like.

The encoder gives a normal distribution over 16 hidden numbers, the decoder an image for numbers drawn from it.
Kingma and Welling, "Auto-Encoding Variational Bayes" (2014).

    python reference/vae.py
"""

import argparse

import torch
from data import add_data_options, load
from torch import nn, optim
from torch.nn import functional as F
from torch.utils.data import DataLoader


class VAE(nn.Module):
    """Images (N, 1, 28, 28) -> (images (N, 784), mean (N, latent), log of the variance (N, latent))."""

    def __init__(self, latent):
        super().__init__()
        self.encoder = nn.Linear(784, 200)
        self.mean = nn.Linear(200, latent)
        self.log_variance = nn.Linear(200, latent)
        self.decoder1 = nn.Linear(latent, 200)
        self.decoder2 = nn.Linear(200, 784)

    def encode(self, x):
        hidden = F.relu(self.encoder(x))
        return self.mean(hidden), self.log_variance(hidden)

    def draw(self, mean, log_variance):
        """Numbers from the distribution, written so that gradients reach its mean and variance."""
        deviation = torch.exp(0.5 * log_variance)
        return mean + torch.randn_like(deviation) * deviation

    def decode(self, z):
        return torch.sigmoid(self.decoder2(F.relu(self.decoder1(z))))

    def forward(self, x):
        mean, log_variance = self.encode(x.view(-1, 784))
        return self.decode(self.draw(mean, log_variance)), mean, log_variance


def loss_function(reconstruction, x, mean, log_variance):
    """How badly the images are drawn, plus how far the distribution is from the standard normal; per image."""
    drawing = F.binary_cross_entropy(reconstruction, x.view(-1, 784), reduction="sum")
    divergence = -0.5 * torch.sum(1 + log_variance - mean.pow(2) - log_variance.exp())
    return (drawing + divergence) / x.size(0)


def train(model, loader, optimizer):
    """One pass over the training images; returns the mean loss of an image."""
    model.train()
    total = 0.0
    for images, _ in loader:
        optimizer.zero_grad()
        loss = loss_function(*replaced(model, images))
        loss.backward()
        optimizer.step()
        total += loss.item() * images.size(0)
    return total / len(loader.dataset)


def replaced(model, images):
    """The arguments of loss_function: what the model draws instead of the images, these, and the rest."""
    reconstruction, mean, log_variance = model(images)
    return reconstruction, images, mean, log_variance


@torch.no_grad()
def evaluate(model, loader):
    """The mean loss of a held-out image."""
    model.eval()
    total = 0.0
    for images, _ in loader:
        total += loss_function(*replaced(model, images)).item() * images.size(0)
    return total / len(loader.dataset)


def show(image):
    """Every second pixel of every second row of an image (784,) as a character."""
    rows = image.view(28, 28)[::2, ::2]
    for row in rows.tolist():
        print("".join(" .:oO@"[min(int(6 * brightness), 5)] for brightness in row).rstrip())


def main():
    parser = argparse.ArgumentParser(description="A variational autoencoder learns to draw digits.")
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--latent", type=int, default=16, help="hidden numbers of an image")
    parser.add_argument("--seed", type=int, default=0)
    add_data_options(parser, images_only=True)
    options = parser.parse_args()

    torch.manual_seed(options.seed)
    train_data, test_data = load(options)
    train_loader = DataLoader(train_data, batch_size=options.batch_size, shuffle=True)
    test_loader = DataLoader(test_data, batch_size=1000)

    model = VAE(options.latent)
    optimizer = optim.Adam(model.parameters(), lr=options.lr)

    for epoch in range(1, options.epochs + 1):
        loss = train(model, train_loader, optimizer)
        held_out = evaluate(model, test_loader)
        print(f"Epoch [{epoch}/{options.epochs}], Loss: {loss:.4f}, held out: {held_out:.4f}")

    with torch.no_grad():
        show(model.decode(torch.randn(1, options.latent))[0])


if __name__ == "__main__":
    main()
