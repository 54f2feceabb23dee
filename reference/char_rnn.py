"""A recurrent network learns to spell. PyTorch: nn.Embedding, nn.LSTM (or GRU, RNN), clip_grad_norm_.

Two layers read a story letter by letter and guess the next one; at the end they write on by themselves.

    python reference/char_rnn.py
    python reference/char_rnn.py --cell gru
"""

import argparse

import torch
from data import story
from torch import nn, optim
from torch.nn.utils import clip_grad_norm_

CELLS = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}


class CharRNN(nn.Module):
    """Letters (N, T) and a state or None -> logits (N, T, letters) and the next state."""

    def __init__(self, cell, letters, width, dropout):
        super().__init__()
        self.embedding = nn.Embedding(letters, 32)
        self.rnn = CELLS[cell](32, width, num_layers=2, dropout=dropout, batch_first=True)
        self.out = nn.Linear(width, letters)

    def forward(self, x, state=None):
        hidden, state = self.rnn(self.embedding(x), state)
        return self.out(hidden), state


def detach(state):
    """The state without its history: gradients go back through one batch only."""
    return tuple(each.detach() for each in state) if isinstance(state, tuple) else state.detach()


def train(model, text, options, criterion, optimizer):
    """One pass over the text, in `batch_size` streams side by side; returns the mean loss of a letter."""
    model.train()
    length = (len(text) - 1) // options.batch_size
    inputs = text[: options.batch_size * length].view(options.batch_size, length)
    targets = text[1 : options.batch_size * length + 1].view(options.batch_size, length)
    state, total, count = None, 0.0, 0
    for start in range(0, length, options.steps):
        x, y = inputs[:, start : start + options.steps], targets[:, start : start + options.steps]
        logits, state = model(x, state)
        state = detach(state)
        loss = criterion(logits.reshape(-1, logits.size(-1)), y.reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        total += loss.item() * y.numel()
        count += y.numel()
    return total / count


@torch.no_grad()
def write(model, letters, begin, count):
    """`count` letters after `begin`, each drawn from what the model expects."""
    model.eval()
    text, state = begin, None
    x = torch.tensor([[letters.index(letter) for letter in begin]])
    for _ in range(count):
        logits, state = model(x, state)
        x = torch.multinomial(torch.softmax(logits[:, -1], dim=-1), 1)
        text += letters[x.item()]
    return text


def main():
    parser = argparse.ArgumentParser(description="A recurrent network learns to spell.")
    parser.add_argument("--cell", choices=list(CELLS), default="lstm")
    parser.add_argument("--epochs", type=int, default=25)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--steps", type=int, default=32, help="letters that gradients go back")
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--lr", type=float, default=5e-3)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()

    torch.manual_seed(options.seed)
    text = story()
    letters = sorted(set(text))
    encoded = torch.tensor([letters.index(letter) for letter in text])

    model = CharRNN(options.cell, len(letters), options.width, options.dropout)
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.Adam(model.parameters(), lr=options.lr)

    for epoch in range(1, options.epochs + 1):
        loss = train(model, encoded, options, criterion, optimizer)
        print(f"Epoch [{epoch}/{options.epochs}], Loss: {loss:.4f}")

    print(write(model, letters, "The cat ", 200))


if __name__ == "__main__":
    main()
