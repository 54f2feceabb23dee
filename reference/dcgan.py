"""Two networks, one draws digits, one tells them from real ones. PyTorch: nn.ConvTranspose2d, nn.BatchNorm2d.

Radford, Metz and Chintala, "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial
Networks" (2016), for images of 28x28.

    python reference/dcgan.py
"""

import argparse

import torch
from data import add_data_options, load
from torch import nn, optim
from torch.utils.data import DataLoader


def make_generator(latent, width):
    """Random numbers (N, latent, 1, 1) -> images (N, 1, 28, 28) from -1 to 1."""
    return nn.Sequential(
        nn.ConvTranspose2d(latent, 2 * width, kernel_size=7, bias=False),  # (N, 2 width, 7, 7)
        nn.BatchNorm2d(2 * width),
        nn.ReLU(True),
        nn.ConvTranspose2d(2 * width, width, kernel_size=4, stride=2, padding=1, bias=False),  # (N, width, 14, 14)
        nn.BatchNorm2d(width),
        nn.ReLU(True),
        nn.ConvTranspose2d(width, 1, kernel_size=4, stride=2, padding=1, bias=False),
        nn.Tanh(),
    )


def make_discriminator(width):
    """Images (N, 1, 28, 28) -> how real each one looks (N, 1, 1, 1), as a logit."""
    return nn.Sequential(
        nn.Conv2d(1, width, kernel_size=4, stride=2, padding=1, bias=False),  # (N, width, 14, 14)
        nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(width, 2 * width, kernel_size=4, stride=2, padding=1, bias=False),  # (N, 2 width, 7, 7)
        nn.BatchNorm2d(2 * width),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(2 * width, 1, kernel_size=7, bias=False),
    )


def init_weights(module):
    """Small normal weights, as in the paper."""
    name = module.__class__.__name__
    if "Conv" in name:
        nn.init.normal_(module.weight, 0.0, 0.02)
    elif "BatchNorm" in name:
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.constant_(module.bias, 0)


def show(image):
    """Every second pixel of every second row of an image (28, 28) as a character."""
    for row in image[::2, ::2].tolist():
        print("".join(" .:oO@"[min(int(3 * (value + 1)), 5)] for value in row).rstrip())


def main():
    parser = argparse.ArgumentParser(description="One network draws digits, one tells them from real ones.")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--latent", type=int, default=32, help="random numbers of an image")
    parser.add_argument("--width", type=int, default=16, help="channels of the largest images")
    parser.add_argument("--lr", type=float, default=5e-4)
    parser.add_argument("--seed", type=int, default=0)
    add_data_options(parser, images_only=True)
    options = parser.parse_args()

    torch.manual_seed(options.seed)
    train_data, _ = load(options)
    loader = DataLoader(train_data, batch_size=options.batch_size, shuffle=True, drop_last=True)

    generator = make_generator(options.latent, options.width)
    discriminator = make_discriminator(options.width)
    generator.apply(init_weights)
    discriminator.apply(init_weights)
    criterion = nn.BCEWithLogitsLoss()
    optimizer_g = optim.Adam(generator.parameters(), lr=options.lr, betas=(0.5, 0.999))
    optimizer_d = optim.Adam(discriminator.parameters(), lr=options.lr, betas=(0.5, 0.999))
    fixed_noise = torch.randn(1, options.latent, 1, 1)

    for epoch in range(1, options.epochs + 1):
        total_d = total_g = 0.0
        for images, _ in loader:
            real = 2 * images - 1  # from -1 to 1, as the generator draws them
            real_label = torch.full((real.size(0),), 1.0)
            fake_label = torch.full((real.size(0),), 0.0)

            # The discriminator: real images are real, drawn ones are not.
            discriminator.zero_grad()
            loss_real = criterion(discriminator(real).view(-1), real_label)
            loss_real.backward()
            fake = generator(torch.randn(real.size(0), options.latent, 1, 1))
            loss_fake = criterion(discriminator(fake.detach()).view(-1), fake_label)
            loss_fake.backward()
            optimizer_d.step()

            # The generator: drawn images should look real.
            generator.zero_grad()
            loss_g = criterion(discriminator(fake).view(-1), real_label)
            loss_g.backward()
            optimizer_g.step()

            total_d += loss_real.item() + loss_fake.item()
            total_g += loss_g.item()
        batches = len(loader)
        print(f"Epoch [{epoch}/{options.epochs}], Loss D: {total_d / batches:.4f}, G: {total_g / batches:.4f}")

    generator.eval()
    with torch.no_grad():
        show(generator(fixed_noise)[0, 0])


if __name__ == "__main__":
    main()
