"""How fbgemm adds on this CPU. Without VNNI it adds two products in 16 bits, which saturate: not what its formulas say."""

import torch

from .integer import QUINT8_MAX

#: Two products of a code and a weight of magnitude 128 always fit 16 bits up to here: 2 * 127 * 128 = 32,512.
SAFE_CODE = 127


def saturates() -> bool:
    """Whether two products 255 * 127, which pass 16 bits, come out of a linear layer as less."""
    terms, code = 4, 127
    x = torch.quantize_per_tensor(torch.full((1, terms), float(QUINT8_MAX)), 1.0, 0, torch.quint8)
    weight = torch.quantize_per_tensor(torch.full((1, terms), float(code)), 1.0, 0, torch.qint8)
    total = terms * QUINT8_MAX * code
    packed = torch.ops.quantized.linear_prepack(weight, None)
    # A scale that makes the true total code 200.
    return int(torch.ops.quantized.linear(x, packed, total / 200, 0).int_repr()) != 200


def explanation(largest_code: int) -> str:
    """Why a layer's codes are not the formula's, if that is why; else nothing."""
    if largest_code <= SAFE_CODE or not saturates():
        return ""
    return (
        f". Its inputs reach code {largest_code}: a converted model saturates at {QUINT8_MAX}, not where its observer "
        f"ended, and past {SAFE_CODE} two products can pass 16 bits, in which fbgemm adds them here. PyTorch's own integers "
        "depend on the CPU; the fixtures are what they are with VNNI. Run this on a CPU that has it, with "
        "FBGEMM_ENABLE_INSTRUCTIONS unset"
    )
