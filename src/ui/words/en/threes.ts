// FP32, simulated and integer network in step, and why the last two part.
import { plural } from '../../format';

export const threes = {
  title: 'Three in step',
  about:
    'One picture goes through FP32, the simulated network (fake-quant) and the integers it is converted to. The last two should have the same codes in every layer. Where they do not, the cause is measured: the layer’s integers are given the very codes that the simulation has before it.',
  which: 'Which network',
  ptq: (weightBits: number, activationBits: number) => `PTQ at ${weightBits}/${activationBits} bits`,
  trained: (run: string) => `${run} as trained`,
  notTrained: (run: string, number: number, name: string) =>
    `${run} has trained nothing yet. Run [step ${number}, ${name}](#step-train); then what it trained can be chosen here.`,
  look: 'Run all three',
  looking: 'Running all three…',
  networks: { fp32: 'FP32', simulated: 'Simulated', integer: 'Integer' },
  layers: 'Layers of the three networks',
  image: 'the picture as codes',
  same: (layers: number) => `Simulated and integer network have the same codes in all ${plural(layers, 'layer')}.`,
  apart: (apart: number, layers: number, first: string) =>
    `Codes differ in ${apart} of ${plural(layers, 'layer')}; the first is \`${first}\`.`,
  openDiffering: 'Open the layers that differ',
  foldAll: 'Fold all',
  floats: (least: string, largest: string, mean: string) => `${least} to ${largest}, mean ${mean}`,
  codes: (least: string, largest: string, mean: string) => `codes ${least} to ${largest}, mean ${mean}`,
  equal: (codes: string) => `0 of ${codes} codes differ`,
  differ: (differing: string, codes: string, largest: number) =>
    `${differing} of ${codes} codes differ, by at most ${largest}`,
  cause: {
    none: 'None: equal.',
    tie: (codes: number, distance: string) =>
      `**${plural(codes, 'code')}: a tie.** The float sum lies within ${distance} steps of the border between two codes; float32, which sums in another order, falls on the other side.`,
    scales: (codes: number, channels: number, simulated: string, integer: string) =>
      `**${plural(codes, 'code')}: scales differ.** Two rules for scales (\`fbgemm_fused\`): the weights of ${plural(channels, 'channel')} were simulated with other scales than they are converted with, one with ${simulated} and converted with ${integer}.`,
    inherited: (codes: number, from: string) =>
      `**${plural(codes, 'code')}:** ${codes === 1 ? 'follows' : 'follow'} from a difference in an earlier layer. The networks first part at \`${from}\`.`,
    itself: (codes: number) =>
      `**${plural(codes, 'code')}: the layer itself.** Of the same codes before it, its integers are others, and not by a tie.`,
  },
  place: (channel: number, row: number, column: number) => `Channel ${channel}, row ${row}, column ${column}:`,
  floatThere: (value: string) => `FP32 ${value}`,
  codeThere: (name: string, code: number, value: string) => `${name} code ${code}, which is ${value}`,
  mark: 'Mark in all three',
  some: (shown: number, differing: string) => `${shown} of the ${differing} codes that differ`,
  where: 'Where',
  whereText: (channel: number, row: number, column: number) => `channel ${channel}, row ${row}, column ${column}`,
  sum: 'Float sum, in codes',
  why: 'Cause',
  short: { tie: 'tie', scales: 'scales', inherited: 'from before', itself: 'the layer itself' },
};
