import { describe, expect, it } from 'vitest';
import { remedyFor } from './remedy';
import { STEP_IDS } from './types';

const options = { batch: 32, learningRate: 1e-3 };

describe('the options to retry a failed step with', () => {
  it('are a tenth of the rate, or half of the batch, where the train step failed', () => {
    expect(remedyFor('train', 'diverged', options)).toEqual({ learningRate: 1e-4 });
    expect(remedyFor('train', 'out-of-memory', options)).toEqual({ batch: 16 });
    expect(remedyFor('train', 'out-of-memory', { ...options, batch: 1 })).toBeUndefined();
    for (const code of ['network', 'bug'] as const) expect(remedyFor('train', code, options)).toBeUndefined();
    expect(remedyFor('train', 'diverged', { ...options, learningRate: 3e-8 })).toBeUndefined();
  });

  it('are none where another step failed, which reads neither', () => {
    for (const step of STEP_IDS.filter((id) => id !== 'train'))
      for (const code of ['diverged', 'out-of-memory'] as const) expect(remedyFor(step, code, options)).toBeUndefined();
  });
});
