// The picture of the network, and what it can be coloured by.
import type { GraphNode } from '../../../graph/types';

type Operations = { readonly [Op in GraphNode['op']]: (node: Extract<GraphNode, { op: Op }>) => string };

/** What a node does, in a word or two, for its box. */
const operations: Operations = {
  input: () => 'image',
  quant: () => 'quant',
  dequant: () => 'dequant',
  conv: ({ conv: { kernel } }) => `conv ${kernel}×${kernel}`,
  bn: () => 'norm',
  relu: () => 'relu',
  add: ({ relu }) => (relu ? 'add, relu' : 'add'),
  maxpool: ({ kernel }) => `max ${kernel}×${kernel}`,
  avgpool: () => 'average',
  flatten: () => 'flatten',
  linear: () => 'linear',
};

export const network = {
  title: 'The network',
  afterStep: 'After which step',
  colouredBy: 'Coloured by',
  stages: {
    loaded: { name: 'Loaded', what: 'As it was trained: every convolution, batch norm and ReLU a module of its own.' },
    fused: {
      name: 'Fused',
      what: 'Each convolution has taken up its batch norm, and its ReLU where one followed: what is dashed is gone.',
    },
    prepared: {
      name: 'Prepared',
      what: 'Stubs mark where codes begin and end; every node with bits has a fake-quant on what it gives, and on its weights.',
    },
    converted: { name: 'Converted', what: 'Integers from the first node to the last: what the slider answers with.' },
  },
  atBits: (weightBits: number, activationBits: number) => `At ${weightBits}/${activationBits} bits.`,
  choose: 'Choose a node to look into it.',
  compute: { look: 'Look into every layer', times: 'Time every layer', search: 'Search' },
  measuring: 'Measuring…',
  onlyConverted: 'This is known of the converted network.',
  picture: 'The network, node by node',
  image: 'the image',
  operations,
  marks: { added: 'new', changed: 'changed', removed: 'gone' },
  measures: {
    weightBits: { name: 'Bits of weights', hint: 'What each weight takes. Fewer bits are darker.' },
    activationBits: {
      name: 'Bits of activations',
      hint: 'What each value that leaves a layer takes: 7 where one of 8 is left free (reduce_range). Fewer bits are darker.',
    },
    bytes: { name: 'Bytes of weights', hint: 'Of the file, at these bits.' },
    macs: { name: 'Products', hint: 'Multiplications for one picture, without those with padding.' },
    time: { name: 'Time', hint: 'Of one picture on one thread, each layer timed by itself.' },
    sqnr: {
      name: 'Noise (SQNR)',
      hint: 'Signal over the noise that rounding has made of it up to here; about 6 dB are a bit. More noise is darker.',
    },
    clipped: { name: 'Clipped', hint: 'Share of activations beyond the outermost codes.' },
    differing: {
      name: 'Simulated and integer apart',
      hint: 'Share of codes that the network with fake-quant and the integers have otherwise. 0 is what should be.',
    },
    damage: {
      name: 'Sensitivity',
      hint: 'Accuracy lost where this layer alone has the fewest bits of the search.',
    },
  },
  bits: (bits: number) => `${bits} bits`,
  noNoise: 'no noise',
};
