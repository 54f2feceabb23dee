"""A small transformer learns to spell. PyTorch: F.scaled_dot_product_attention, nn.LayerNorm, optim.AdamW.

A decoder as in GPT-2: learned positions, causal attention, GELU, normalisation before each part, and one table for
letters in and out. Radford and others, "Language Models are Unsupervised Multitask Learners" (2019).

    python reference/tiny_gpt.py
"""

import argparse

import torch
from data import story
from torch import nn, optim
from torch.nn import functional as F


class Attention(nn.Module):
    """(N, T, width) -> (N, T, width): every letter looks at itself and those before it."""

    def __init__(self, width, heads, dropout):
        super().__init__()
        self.heads = heads
        self.dropout = dropout
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x):
        batch, length, width = x.shape
        q, k, v = (
            part.view(batch, length, self.heads, width // self.heads).transpose(1, 2)  # (N, heads, T, width / heads)
            for part in self.qkv(x).split(width, dim=2)
        )
        dropout = self.dropout if self.training else 0.0
        y = F.scaled_dot_product_attention(q, k, v, dropout_p=dropout, is_causal=True)
        return self.out(y.transpose(1, 2).contiguous().view(batch, length, width))


class Block(nn.Module):
    """(N, T, width) -> (N, T, width): attention, then a perceptron for each letter."""

    def __init__(self, width, heads, dropout):
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attention = Attention(width, heads, dropout)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width), nn.Dropout(dropout)
        )

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class GPT(nn.Module):
    """Letters (N, T) -> logits (N, T, letters), and the loss if the next letters (N, T) are given."""

    def __init__(self, letters, context, width, heads, layers, dropout):
        super().__init__()
        self.context = context
        self.letters = nn.Embedding(letters, width)
        self.positions = nn.Embedding(context, width)
        self.dropout = nn.Dropout(dropout)
        self.blocks = nn.ModuleList([Block(width, heads, dropout) for _ in range(layers)])
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, letters, bias=False)
        self.apply(self.init_weights)
        self.head.weight = self.letters.weight  # one table

    def init_weights(self, module):
        if isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=0.02)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, nn.Embedding):
            nn.init.normal_(module.weight, std=0.02)

    def forward(self, x, targets=None):
        positions = torch.arange(x.size(1), device=x.device)
        hidden = self.dropout(self.letters(x) + self.positions(positions))
        for block in self.blocks:
            hidden = block(hidden)
        logits = self.head(self.norm(hidden))
        if targets is None:
            return logits, None
        return logits, F.cross_entropy(logits.view(-1, logits.size(-1)), targets.reshape(-1))

    @torch.no_grad()
    def write(self, x, count):
        """(1, T) letters and `count` more, each drawn from the ten most likely ones."""
        self.eval()
        for _ in range(count):
            logits, _ = self(x[:, -self.context :])
            best, which = torch.topk(logits[:, -1], 10)
            choice = torch.multinomial(F.softmax(best, dim=-1), num_samples=1)
            x = torch.cat([x, which.gather(1, choice)], dim=1)
        return x


def make_optimizer(model, lr):
    """AdamW, with weight decay for matrices only."""
    parameters = list(model.parameters())
    groups = [
        {"params": [p for p in parameters if p.dim() >= 2], "weight_decay": 0.1},
        {"params": [p for p in parameters if p.dim() < 2], "weight_decay": 0.0},
    ]
    return optim.AdamW(groups, lr=lr, betas=(0.9, 0.95))


def batch(text, size, context):
    """`size` pieces of the text, (N, context), and the letters that follow each letter."""
    starts = torch.randint(len(text) - context, (size,))
    x = torch.stack([text[start : start + context] for start in starts])
    y = torch.stack([text[start + 1 : start + context + 1] for start in starts])
    return x, y


def main():
    parser = argparse.ArgumentParser(description="A small transformer learns to spell.")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--steps", type=int, default=30, help="batches of an epoch")
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--context", type=int, default=64, help="letters that the model sees")
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--heads", type=int, default=4)
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--lr", type=float, default=3e-3)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()

    torch.manual_seed(options.seed)
    text = story()
    letters = sorted(set(text))
    encoded = torch.tensor([letters.index(letter) for letter in text])

    model = GPT(len(letters), options.context, options.width, options.heads, options.layers, options.dropout)
    print(f"{sum(p.numel() for p in model.parameters())} parameters, {len(text)} letters")
    optimizer = make_optimizer(model, options.lr)
    total_steps = options.epochs * options.steps
    scheduler = optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=total_steps, eta_min=options.lr / 10)

    for epoch in range(1, options.epochs + 1):
        model.train()
        total = 0.0
        for _ in range(options.steps):
            x, y = batch(encoded, options.batch_size, options.context)
            _, loss = model(x, y)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            scheduler.step()
            total += loss.item()
        lr = scheduler.get_last_lr()[0]
        print(f"Epoch [{epoch}/{options.epochs}], lr: {lr:.6f}, Loss: {total / options.steps:.4f}")

    begin = torch.tensor([[letters.index(letter) for letter in "The cat "]])
    print("".join(letters[index] for index in model.write(begin, 200)[0].tolist()))


if __name__ == "__main__":
    main()
