// Which layer hurts, and the search of widths for each.
import { plural } from '../../format';

export const layers = {
  title: 'Which layer hurts?',
  about: (weightBits: number, activationBits: number) =>
    `At ${weightBits}/${activationBits} bits every layer is rounded alike, but not every layer minds. Look at what each one loses, or let a search give each layer bits of its own.`,
  look: 'Look into every layer',
  comparing: (pictures: number) => `Comparing on ${plural(pictures, 'picture')}…`,
  bitsTitle: 'Bits for each layer',
  bitsAbout: (tried: string, others: number, pictures: string) =>
    `Each layer is tried at ${tried} bits while the others have ${others}. Then, one after the other, the layer that saves most for what it loses is lowered. Every network on the way is measured on ${pictures} validation pictures; about a minute.`,
  saved: 'What is to be saved',
  budgets: { bytes: 'bytes of weights', time: 'time on one thread' },
  end: 'End the search',
  measured: (networks: string) => `${networks} networks measured…`,
  search: 'Search',
  used: 'The layers have these widths now.',
  front: {
    chart: 'Cost and accuracy of all networks that were measured',
    caption: (least: string, most: string, worst: string, best: string) =>
      `From ${least} to ${most} across, ${worst} to ${best} right upwards. Squares: one width for all layers. The line: what no other network beats.`,
    title: 'Networks that no other beats',
    cost: { bytes: 'Weights', time: 'Time' },
    right: 'Right',
    layers: 'Layers',
    use: 'Use',
    useThese: 'Use these',
    widths: (layers: number, bits: number) => `${layers} × ${bits} bits`,
    join: ', ',
  },
  table: {
    about:
      'SQNR is the signal over the noise that rounding made of it, of all layers up to this one: about 6 dB are a bit. Clipped: activations beyond the outermost codes. Unused: codes that no weight, or no activation, has. Channels: how much wider the widest channel of weights is than the narrowest. Differing: codes in which the simulated network and the integers part.',
    title: 'What each layer loses',
    layer: 'Layer',
    afterPtq: 'SQNR after PTQ',
    afterQat: 'after QAT',
    clipped: 'Clipped',
    unusedWeights: 'Unused: weights',
    unusedActivations: 'Unused: activations',
    channels: 'Channels',
    differing: 'Differing',
    alone: 'Alone at the fewest bits',
    none: 'none',
    of: (some: string, all: string) => `${some} of ${all}`,
    points: (points: string) => `${points} points`,
  },
};
