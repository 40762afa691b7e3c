// The integer engine's plan, layer by layer.
import type { Proof } from '../../../worker/api';

type Proofs = { readonly [Kind in Proof['kind']]: (proof: Extract<Proof, { kind: Kind }>) => string };

export const plan = {
  title: 'The engine’s plan',
  about: (left: string, microseconds: string) =>
    `Made from the integers alone, before anything runs. ${left} of the network’s multiplications would only meet padding and are left out. Times are of one thread in this page, ${microseconds} µs together; “of the fastest” compares multiplications a second. Bits are those of a weight and of a code that comes out; weights of 4 or 2 bits stay packed in memory where the kernel reads them so. A kernel’s name says how it multiplies and its tile: pixels by channels.`,
  layer: 'Layer',
  kernel: 'Kernel',
  multiplications: 'Million multiplications',
  bits: 'Bits',
  weights: 'Weights',
  time: 'Time',
  ofFastest: 'Of the fastest',
  proof: 'Why no sum overflows',
  proofs: {
    wide: () => 'i32 sums of i16 products',
    lookup: ({ terms }) => `i16 sums of ${terms} products of 2 bits`,
    dot: ({ max }) => `activations 0..${max} fit 7 bits`,
    'dot-bytes': ({ max, terms, most }) => `activations 0..${max} fit 7 bits, ${terms} times ${most} fits i32`,
    pair: () => 'two products fit i16',
    chain: ({ products, most }) => `${products} products of at most ${most} fit i16`,
    group: ({ weights, from, to, max }) => `lanes of ${weights} weights sum to ${from}..${to}, times ${max} fits i16`,
  } satisfies Proofs,
};
