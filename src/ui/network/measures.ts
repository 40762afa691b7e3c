// What the picture of a network can be coloured by: one entry for each measure, by the name that its words have. Not for
// computing them: src/project, src/graph.
import type { GraphNode } from '../../graph/types';
import { codeBits } from '../../quant/qparams';
import type { NodeQuant } from '../../quant/types';
import { bytes, count, fixed, percent, points } from '../format';
import { words } from '../words/words.svelte';

/** What is known of a node; undefined where nothing is yet. */
export interface Facts {
  readonly node: GraphNode;
  readonly quant: NodeQuant | undefined;
  readonly weights: number;
  readonly macs: number;
  /** Decibels. */
  readonly sqnr: number | undefined;
  /** Share of activations beyond the outermost codes. */
  readonly clipped: number | undefined;
  /** Share of codes in which the simulated and the integer network differ. */
  readonly differing: number | undefined;
  /** Accuracy lost where it alone has the fewest bits. */
  readonly damage: number | undefined;
  readonly microseconds: number | undefined;
}

export interface Measure {
  /** What has to be computed first. */
  readonly needs?: 'look' | 'search' | 'times';
  readonly of: (facts: Facts) => number | undefined;
  readonly text: (value: number) => string;
  /** The value with no colour, and the one with all of it. 'falling': the network's least has all of it; default its largest. */
  readonly ends?: readonly [number, number] | 'falling';
}

const MEASURES = {
  weightBits: {
    of: ({ quant }) => quant?.weight && codeBits(quant.weight),
    text: (value) => words().network.bits(value),
    ends: [8, 2],
  },
  activationBits: {
    of: ({ quant }) => quant?.activation && codeBits(quant.activation),
    text: (value) => words().network.bits(value),
    ends: [8, 2],
  },
  bytes: {
    of: ({ quant, weights }) => quant?.weight && (weights * codeBits(quant.weight)) / 8,
    text: bytes,
  },
  macs: {
    of: ({ macs }) => macs || undefined,
    text: (value) => (value < 1e6 ? `${fixed(value / 1e3, 0)} k` : `${fixed(value / 1e6, 1)} M`),
  },
  time: {
    needs: 'times',
    of: ({ microseconds }) => microseconds,
    text: (value) => `${fixed(value, 1)} µs`,
  },
  sqnr: {
    needs: 'look',
    of: ({ sqnr }) => sqnr,
    text: (value) => (Number.isFinite(value) ? `${fixed(value, 1)} dB` : words().network.noNoise),
    ends: 'falling',
  },
  clipped: {
    needs: 'look',
    of: ({ clipped }) => clipped,
    text: (value) => percent(value, 2),
  },
  differing: {
    needs: 'look',
    of: ({ differing }) => differing,
    text: (value) => (value === 0 ? '0' : percent(value, 3)),
    ends: [0, 0.01],
  },
  damage: {
    needs: 'search',
    of: ({ damage }) => damage,
    text: (value) => `${points(-value)}`,
  },
} as const satisfies Readonly<Record<string, Measure>>;

export type MeasureId = keyof typeof MEASURES;
export const MEASURE_IDS = Object.keys(MEASURES) as MeasureId[];
export const measureOf = (id: MeasureId): Measure => MEASURES[id];

/** The values between which colours go, of all nodes. */
export function endsOf({ ends, of }: Measure, all: readonly Facts[]): readonly [number, number] {
  if (ends && ends !== 'falling') return ends;
  const values = all.map(of).filter((value) => value !== undefined && Number.isFinite(value)) as number[];
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  return ends === 'falling' ? [high, low] : [low, high];
}

/** How far from no colour (0) to all of it (1) a value lies. */
export function shareOf(value: number, [none, all]: readonly [number, number]): number {
  if (none === all) return 0;
  return Math.min(Math.max((value - none) / (all - none), 0), 1);
}

/** A shape as it is read out and drawn: 64 × 8 × 8. */
export const shapeText = ({ out: { h, w, c } }: GraphNode): string =>
  h * w === 1 ? count(c) : `${count(c)} × ${h} × ${w}`;
