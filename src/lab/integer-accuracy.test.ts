// The integers that a training's validations judge: those that its state converts to, on an engine that is gone afterwards;
// training itself is none the wiser.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { PlaygroundError } from '../core/errors';
import { setUpWasm } from '../device/wasm/testing';
import type { ImageSource } from '../data/source';
import { prepareQat } from '../quant/prepare';
import { getDefaultQatQConfig } from '../quant/qconfigs';
import { agreement } from '../report/accuracy';
import { freshRun } from '../train/kept-run';
import { Steering } from '../train/steering';
import type { TrainEvent, TrainOptions } from '../train/types';
import { IntegerLab } from './integers';
import { Lab } from './lab';
import { startReference, type StartEngine } from './teacher';
import { FEW_STEPS, train } from './testing';
import { model, source } from './unlike';

const COUNT = 200;
const OPTIONS: TrainOptions = { ...FEW_STEPS, validateEvery: 3, validationImages: COUNT };

/** Engines that are there, of how many that were started. */
class Engines {
  started = 0;
  there = 0;
  readonly start: StartEngine = async (int8) => {
    const engine = await startReference(int8);
    this.started++;
    this.there++;
    return { ...engine, dispose: () => void this.there-- };
  };
}

async function follow(
  startEngine: StartEngine,
  options: TrainOptions,
  act: (event: TrainEvent, steering: Steering) => void = () => {},
  images: ImageSource = source,
) {
  const lab = new Lab(model, images, { startEngine });
  const qat = prepareQat(lab.fused, getDefaultQatQConfig('fbgemm', { weightBits: 3, activationBits: 3 }), {
    fuseAddRelu: true,
  });
  const graph = options.kind === 'qat' ? qat : lab.fused;
  const steering = new Steering(options.learningRate);
  const events: TrainEvent[] = [];
  let kept = freshRun(model.params);
  await lab.train({
    ...{ graph, start: () => kept, options, steering },
    keep: async (run) => {
      kept = run;
      return { type: 'saved', step: run.state.step };
    },
    onEvent: (event) => {
      events.push(event);
      act(event, steering);
    },
  });
  return { lab, qat, events, kept, validations: events.filter((event) => event.type === 'validation') };
}

beforeAll(setUpWasm);

test('a validation tells what the state gives on the real engine once it is converted, and changes no bit of it', async () => {
  const engines = new Engines();
  const { lab, qat, validations, kept } = await follow(engines.start, OPTIONS);
  expect(validations.map(({ step }) => step)).toEqual([3, 6]);
  const module = await WebAssembly.compile(
    readFileSync(new URL('../../public/wasm/engine-plain.wasm', import.meta.url)),
  );
  const integers = new IntegerLab<'one'>(source, { wasmBase: '', build: 'plain', module });
  for (const { step, integers: told, integerSeconds } of validations) {
    const state = await train(lab, qat, { ...FEW_STEPS, steps: step });
    if (step === 6) expect(kept.state).toEqual(state);
    await integers.load('one', lab.convert(qat, state), 1);
    const { labels, predictions } = await integers.classify('one', 'validation', 0, COUNT);
    expect(told).toBe(agreement(predictions, labels));
    expect(integerSeconds).toBeGreaterThan(0);
  }
  // Kept with the run, without what depends on the machine.
  expect(kept.history.validations).toEqual(
    validations.map(({ step, accuracy, integers, images }) => ({ step, accuracy, integers, images })),
  );
  expect(engines).toMatchObject({ started: 2, there: 0 });
});

describe('no integers', () => {
  test('of a control, nor where nothing is validated: no engine is started', async () => {
    const engines = new Engines();
    const control = await follow(engines.start, { ...OPTIONS, kind: 'control' });
    expect(control.validations.map((validation) => 'integers' in validation)).toEqual([false, false]);
    await follow(engines.start, { ...OPTIONS, validateEvery: 0 });
    expect(engines.started).toBe(0);
  });

  test('where none run exactly: the points are missing, the reason is told once, training goes on', async () => {
    const impossible = async () => {
      throw new PlaygroundError('bad-file', 'Its sums overflow.', 'Choose fewer bits.');
    };
    const { events, validations, kept } = await follow(impossible, OPTIONS);
    expect(events.filter(({ type }) => type === 'no-integers')).toEqual([
      { type: 'no-integers', step: 3, message: 'Its sums overflow.', hint: 'Choose fewer bits.' },
    ]);
    expect(validations.map(({ integers }) => integers)).toEqual([undefined, undefined]);
    expect(kept.result?.finished).toBe(true);
  });

  test('where what was thrown is no more than a mistake: it is not passed over', async () => {
    const mistaken = () => Promise.reject(new TypeError('A mistake.'));
    await expect(follow(mistaken, OPTIONS)).rejects.toThrow('A mistake.');
  });
});

test('a stop while integers are judged ends the run without them, and leaves no engine', async () => {
  const engines = new Engines();
  let steering!: Steering;
  const start: StartEngine = async (int8) => {
    const engine = await engines.start(int8);
    // As a button that is pressed while the first piece is computed.
    const run: typeof engine.run = (...images) => (steering.stop(), engine.run(...images));
    return { ...engine, run };
  };
  const validationImages = 2 * COUNT;
  const more: ImageSource = { ...source, size: () => validationImages };
  const many = { ...OPTIONS, validationImages };
  const { validations, kept } = await follow(start, many, (_, hand) => (steering = hand), more);
  expect(validations).toEqual([]);
  expect(kept.result).toMatchObject({ steps: 3, finished: false });
  expect(engines).toMatchObject({ started: 1, there: 0 });
});
