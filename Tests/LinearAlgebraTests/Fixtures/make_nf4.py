"""Makes nf4.json: what 4-bit quantisation with double quantisation of the maxima gives, computed with torch from its definition
(Dettmers et al. 2023; the dynamic map as bitsandbytes defines it), for the tests to compare with.

    python make_nf4.py nf4.json

Needs torch. Numbers are float32 in their shortest decimal form, so that reading them gives the same bits.

    input, rows, columns    weights, with a block of zeros, a block of tiny numbers and a last block that is short
    codes, maxima           of every weight and of every block of 64
    dequantised             code's number times block's maximum
    map                     the 256 numbers of the signed dynamic map
    long.maxima             as many block maxima as need two blocks of 256, one of them 0
    long.codes, long.scales, long.mean, long.dequantised    of them in 8 bits
"""
import json
import sys

import numpy
import torch

NUMBERS = torch.tensor([
    -1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334,
    -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
    0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0])


def nearest(values, numbers):
    return (values[:, None] - numbers[None, :]).abs().argmin(1)


def dynamic_map():
    numbers = [0.0, 1.0]
    for exponent in range(7):
        edges = torch.linspace(0.1, 1, 2**exponent + 1, dtype=torch.float32)
        middles = 10 ** (exponent - 6) * ((edges[:-1] + edges[1:]) / 2)
        numbers += middles.tolist() + (-middles).tolist()
    return torch.tensor(sorted(numbers))


def blocks(values, size):
    return [values[start:start + size] for start in range(0, len(values), size)]


def scaled(block):
    largest = block.abs().max()
    return largest, block / largest if largest > 0 else torch.zeros_like(block)


def plain(tensor):
    return [float(str(number)) for number in tensor.numpy().astype(numpy.float32)]


def main():
    generator = torch.Generator().manual_seed(23)
    rows, columns = 13, 67
    weights = torch.randn(rows * columns, generator=generator) * 0.2
    weights[64:128] = 0.0
    weights[128:192] *= 1e-20
    codes, maxima, dequantised = [], [], []
    for block in blocks(weights, 64):
        largest, values = scaled(block)
        code = nearest(values, NUMBERS)
        codes += code.tolist()
        maxima.append(largest)
        dequantised.append(NUMBERS[code] * largest)

    numbers = dynamic_map()
    long = torch.rand(300, generator=generator) * 0.4 + 0.3
    long[7] = 0.0
    mean = long.mean()
    long_codes, scales, again = [], [], []
    for block in blocks(long - mean, 256):
        largest, values = scaled(block)
        code = nearest(values, numbers)
        long_codes += code.tolist()
        scales.append(largest)
        again.append(numbers[code] * largest + mean)

    result = {
        "rows": rows, "columns": columns, "input": plain(weights), "codes": codes, "maxima": plain(torch.stack(maxima)),
        "dequantised": plain(torch.cat(dequantised)), "map": plain(numbers),
        "long": {
            "maxima": plain(long), "codes": long_codes, "scales": plain(torch.stack(scales)), "mean": plain(mean.reshape(1))[0],
            "dequantised": plain(torch.cat(again))}}
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(result, file)
        file.write("\n")


main()
