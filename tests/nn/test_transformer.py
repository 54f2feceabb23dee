"""What an encoder does with padding, masks of another length. PyTorch: test/test_transformers.py."""

import pytest
from agreement import agree
from helpers import Input, check

pytestmark = pytest.mark.usefixtures("device")

PADDINGS = {
    "at the end": [[0, 0, 0, 1], [0, 0, 1, 1]],
    "none": [[0, 0, 0, 0], [0, 0, 0, 0]],
    "in between": [[0, 1, 0, 0], [0, 1, 1, 1]],
}
LAYERS = [
    {},
    {"activation": "gelu"},
    {"norm_first": True},
    {"batch_first": False},
    {"bias": False},
    {"nhead": 1},
]


@pytest.mark.filterwarnings("ignore:enable_nested_tensor", "ignore:The PyTorch API of nested tensors")
@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("options", LAYERS)
def test_padded_positions(padding, options):
    """They are 0 in the result where PyTorch leaves them out, and computed where it does not."""

    def body(torch, x):
        torch.manual_seed(0)
        layer = torch.nn.TransformerEncoderLayer(**{"d_model": 8, "nhead": 2, "dim_feedforward": 8, "batch_first": True} | options)
        results = []
        padded = torch.tensor(PADDINGS[padding]).bool()
        for norm in (None, torch.nn.LayerNorm(8)):
            encoder = torch.nn.TransformerEncoder(layer, 2, norm).eval()
            source = x if options.get("batch_first", True) else x.transpose(0, 1)
            with torch.no_grad():
                results.append(encoder(source, src_key_padding_mask=padded))
                results.append(encoder(source, src_key_padding_mask=padded, mask=torch.zeros(4, 4).bool()))
            results.append(encoder(source, src_key_padding_mask=padded).detach())
        return results

    check(body, Input((2, 4, 8)), grad=False)


def test_why_nothing_is_left_out():
    """A warning when the encoder is made says which option of the layer is the reason."""

    def body(torch):
        nn = torch.nn
        options = [{"norm_first": True}, {}, {"bias": False}, {"activation": torch.tanh}, {"nhead": 1}]
        for each in options:
            arguments = {"d_model": 4, "nhead": 2, "dim_feedforward": 4, "batch_first": each != {}} | each
            nn.TransformerEncoder(nn.TransformerEncoderLayer(**arguments), 1)
        nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 1, 4), 1, enable_nested_tensor=False)
        nn.TransformerEncoder(nn.Linear(2, 2), 1)

    agree(body)


def test_a_causal_mask_of_another_length_is_refused():
    def body(torch):
        layer = torch.nn.TransformerEncoderLayer(4, 2, 4)
        encoder = torch.nn.TransformerEncoder(layer, 1, enable_nested_tensor=False)
        mask = torch.nn.Transformer.generate_square_subsequent_mask(5)
        return encoder(torch.randn(1, 1, 4), mask=mask)

    agree(body)


def test_the_mask_of_a_decoder_too():
    def body(torch):
        decoder = torch.nn.TransformerDecoder(torch.nn.TransformerDecoderLayer(4, 2, 4), 1)
        mask = torch.nn.Transformer.generate_square_subsequent_mask(5)
        return decoder(torch.randn(1, 1, 4), torch.randn(2, 1, 4), tgt_mask=mask)

    agree(body)
