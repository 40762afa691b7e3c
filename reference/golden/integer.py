"""An exact integer network in numpy, written from the formulas: what the converted PyTorch model is checked against.

Integer sums in float64 (exact below 2^53); everything after them in float32, one rounding per operation.
"""

import numpy as np

f32 = np.float32
#: Where PyTorch's converted modules saturate, whatever range was observed.
QUINT8_MAX = 255


def fold(weight, gamma, beta, mean, var, eps):
    """torch's fuse_conv_bn_weights for a convolution without bias: float32 weight and bias."""
    inverse_sigma = f32(1) / np.sqrt(var + f32(eps))
    gain = gamma * inverse_sigma
    return weight * gain[:, None, None, None], (f32(0) - mean) * inverse_sigma * gamma + beta


def weight_scales(weight, qmin=-128, qmax=127):
    """Symmetric per output channel by the observer's rule."""
    flat = weight.reshape(len(weight), -1)
    # float32, as the observer has it.
    reach = np.maximum(np.maximum(-np.minimum(flat.min(1), 0), flat.max(1)), 0)
    return np.maximum(reach / f32((qmax - qmin) / 2), np.finfo(f32).eps)


def weight_codes(weight, scales, qmin=-128, qmax=127):
    inverse = (f32(1) / scales).reshape(-1, *[1] * (weight.ndim - 1))
    return np.clip(np.rint(weight * inverse), qmin, qmax).astype(np.int8)


def quantize(x, scale, zero_point, top=QUINT8_MAX):
    """torch.quantize_per_tensor to quint8: the zero point is added before rounding."""
    return np.clip(np.rint(x * (f32(1) / f32(scale)) + f32(zero_point)), 0, top).astype(np.uint8)


def requantize(accumulator, bias, in_scale, scales, out_scale, out_zero_point, relu, top=QUINT8_MAX):
    """fbgemm: the bias is added in units of the accumulator, as a float; channels last."""
    unit = f32(in_scale) * scales
    value = (accumulator.astype(f32) + bias / unit) * (unit / f32(out_scale))
    return np.clip(np.rint(value) + out_zero_point, out_zero_point if relu else 0, top).astype(np.uint8)


def accumulate(codes, zero_point, weights, stride, pad):
    """Exact sums of (code - zero_point) * weight; codes NHWC, weights OHWI, padding counts as real zero."""
    n, h, w, cin = codes.shape
    cout, kernel = weights.shape[:2]
    x = np.zeros((n, h + 2 * pad, w + 2 * pad, cin))
    x[:, pad : pad + h, pad : pad + w] = codes.astype(np.float64) - zero_point
    oh, ow = (h + 2 * pad - kernel) // stride + 1, (w + 2 * pad - kernel) // stride + 1
    total = np.zeros((n, oh, ow, cout))
    for ky in range(kernel):
        for kx in range(kernel):
            window = x[:, ky : ky + stride * oh : stride, kx : kx + stride * ow : stride]
            total += window @ weights[:, ky, kx].astype(np.float64).T
    return total.astype(np.int64)


def add(a, b, a_q, b_q, out_q, relu, top=QUINT8_MAX):
    """fbgemm's vectorised quantized add: each input dequantized by one fused multiply-add, scale*code - (scale*zp)."""

    def dequantize(codes, q):
        offset = f32(f32(q["scale"]) * f32(-q["zero_point"]))
        # The product of a float32 and an 8-bit integer is exact in float64, and so is its sum with offset: one rounding.
        return (codes.astype(np.float64) * np.float64(f32(q["scale"])) + np.float64(offset)).astype(f32)

    total = dequantize(a, a_q) + dequantize(b, b_q)
    if relu:
        total = np.maximum(total, f32(0))
    return np.clip(np.rint(total * (f32(1) / f32(out_q["scale"]))) + out_q["zero_point"], 0, top).astype(np.uint8)


def batch_norm(codes, gamma, beta, mean, var, eps, in_q, out_q, top=QUINT8_MAX):
    """quantized::batch_norm2d: one fused multiply-add of each code above its zero point; channels last."""
    inverse_sigma = f32(1) / np.sqrt(var + f32(eps))
    gain, shift = inverse_sigma * gamma, beta - mean * inverse_sigma * gamma
    alpha = (gain.astype(np.float64) * (in_q["scale"] / out_q["scale"])).astype(f32)
    offset = (shift.astype(np.float64) / out_q["scale"]).astype(f32)
    # The product of a float32 and an 8-bit integer is exact in float64.
    value = ((codes.astype(np.float64) - in_q["zero_point"]) * alpha + offset).astype(f32)
    return np.clip(np.rint(value) + out_q["zero_point"], 0, top).astype(np.uint8)


def maxpool(codes, kernel, stride, pad):
    n, h, w, c = codes.shape
    x = np.zeros((n, h + 2 * pad, w + 2 * pad, c), np.uint8)
    x[:, pad : pad + h, pad : pad + w] = codes
    oh, ow = (h + 2 * pad - kernel) // stride + 1, (w + 2 * pad - kernel) // stride + 1
    windows = [
        x[:, ky : ky + stride * oh : stride, kx : kx + stride * ow : stride]
        for ky in range(kernel)
        for kx in range(kernel)
    ]
    return np.max(windows, axis=0)
