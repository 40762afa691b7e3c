// How a tensor is observed and quantized, beside PyTorch's own name of its observer.
export const specs = {
  scheme: { affine: 'affine', symmetric: 'symmetric' },
  granularity: { per_tensor: 'per tensor', per_channel: 'per channel' },
  codes: (first: number, last: number) => `codes ${first}..${last}`,
  powersOfTwo: 'scales powers of two',
  simulated: 'fake-quantized',
  observed: 'only observed',
  all: (parts: readonly string[]) => parts.join(', '),
};
