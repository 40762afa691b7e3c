import { describe, expect, it } from 'vitest';
import type { Known, Network } from './exercise';
import { EXERCISES } from './exercises';

const NOTHING: Known = { networks: [], runs: [], damages: {}, suspect: undefined };
const network = (change: Partial<Network>): Network => ({
  ...{ made: 'Run 1', kind: 'qat', weightBits: 4, activationBits: 4, accuracy: 0.87, fp32: 0.886, images: 10_000 },
  ...{ bytes: 5.6e6, ...change },
});
const judge = (id: string, known: Partial<Known>) =>
  EXERCISES.find((exercise) => exercise.id === id)!.judge({ ...NOTHING, ...known });

describe('exercises', () => {
  it('are met by nothing, and say what is missing', () => {
    for (const { judge } of EXERCISES) expect(judge(NOTHING)).toMatchObject({ met: false, evidence: /\w/ });
    expect(new Set(EXERCISES.map(({ id }) => id)).size).toBe(EXERCISES.length);
  });

  it('four bits: the best at 4/4 that stands beside FP32 counts, at most 3 points below', () => {
    const known = (accuracy: number) => ({ networks: [network({ accuracy }), network({ accuracy: 0.5 })] });
    expect(judge('four-bits', known(0.857)).met).toBe(true);
    expect(judge('four-bits', known(0.855)).met).toBe(false);
    expect(judge('four-bits', { networks: [network({ weightBits: 5, accuracy: 0.88 })] }).met).toBe(false);
    expect(judge('four-bits', { networks: [network({ fp32: undefined })] }).met).toBe(false);
    expect(judge('four-bits', known(0.87)).evidence).toContain('−1.60 points on 10,000 pictures');
  });

  it('the smallest: what is too small a sample, or below 85 %, does not count', () => {
    const small = { weightBits: 2, activationBits: 8, bytes: 2.85e6 };
    expect(judge('smallest', { networks: [network({ ...small, accuracy: 0.86 })] }).met).toBe(true);
    expect(judge('smallest', { networks: [network({ ...small, accuracy: 0.849 })] }).met).toBe(false);
    expect(judge('smallest', { networks: [network({ ...small, images: 250 })] }).met).toBe(false);
    const both = [network({ ...small, accuracy: 0.8 }), network({ bytes: 4.2e6 })];
    expect(judge('smallest', { networks: both })).toEqual({ met: false, evidence: expect.stringContaining('4.01') });
  });

  it('the layer that hurts: named first, then measured; what cannot be told from the worst is right too', () => {
    const damages = { conv1: 0.3, fc: 0.295, 'layer1.0.conv1': 0.1 };
    expect(judge('layer-that-hurts', { damages }).met).toBe(false);
    expect(judge('layer-that-hurts', { suspect: 'conv1' }).evidence).toContain('Now measure');
    expect(judge('layer-that-hurts', { suspect: 'fc', damages }).met).toBe(true);
    expect(judge('layer-that-hurts', { suspect: 'layer1.0.conv1', damages }).met).toBe(false);
  });

  it('no better than its control: gains are compared, not accuracies', () => {
    const run = { made: 'Run 1', fp32: 0.886, ptq: 0.884, qat: 0.884, control: 0.887 };
    expect(judge('no-better-than-control', { runs: [run] }).met).toBe(true);
    // Below the control, and yet it healed more.
    expect(judge('no-better-than-control', { runs: [{ ...run, ptq: 0.7, qat: 0.86 }] }).met).toBe(false);
  });
});
