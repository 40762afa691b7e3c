import { expect, it } from 'vitest';
import { PlaygroundError } from '../core/errors';
import { Rng } from '../core/rng';
import { CIFAR10 } from '../data/cifar10-spec';
import { ModelBuilder } from '../engine/testing/models';
import type { Int8Model } from '../int8/int8-model';
import { OwnIntegers } from './own-integers';
import type { Workers } from './workers';

function network(side: number, classes: number): Int8Model {
  const model = new ModelBuilder(new Rng(1));
  model.linear(model.avgpool(model.conv(model.tensor(side, side, 3, 40), 4, 3, 1, 1)), classes);
  return model.build('own');
}

function place(busy = () => {}) {
  const asked: string[] = [];
  const note = (what: string, answer: unknown) => async (slot: string) => (asked.push(`${what} ${slot}`), answer);
  const engine = () =>
    ({
      ...{ start: async () => void asked.push('start'), load: note('load', {}), unload: note('unload', undefined) },
      ...{ logits: note('logits', Float32Array.of(1)), latency: note('latency', { median_ms: 2 }) },
      evaluate: note('evaluate', { accuracy: 0.5, images: 7 }),
    }) as unknown as Workers['engine'];
  const here = { workers: { engine: engine() } };
  const workers = () => here.workers;
  const own = new OwnIntegers({ workers, at: { baseUrl: '/', own: {} }, spec: CIFAR10, refuseWhileComputing: busy });
  return { own, asked, renew: () => (here.workers = { engine: engine() }) };
}

it('is loaded once, answers and is measured; in new workers it is loaded again', async () => {
  const { own, asked, renew } = place();
  expect(await own.answer(new Uint8Array(0))).toBeUndefined();
  await own.put(network(32, 10));
  expect(await own.answer(new Uint8Array(0))).toEqual(Float32Array.of(1));
  expect(await own.figures('own', () => {})).toEqual({ accuracy: 0.5, images: 7, milliseconds: 2 });
  expect(asked).toEqual(['start', 'load own', 'logits own', 'evaluate own', 'latency own']);
  renew();
  await own.answer(new Uint8Array(0));
  expect(asked.slice(5)).toEqual(['start', 'load own', 'logits own']);
  await own.remove();
  expect(await own.answer(new Uint8Array(0))).toBeUndefined();
});

it.each([
  ['images of another size', network(28, 10), 'takes images of 28 x 28 pixels of 3 colours'],
  ['other classes', network(32, 7), 'tells 7 classes apart'],
])('a network for %s is refused, and the one there is stays', async (_, wrong, why) => {
  const { own, asked } = place();
  await own.put(network(32, 10));
  const refused = own.put(wrong);
  await expect(refused).rejects.toThrow(PlaygroundError);
  await expect(refused).rejects.toThrow(why);
  await own.answer(new Uint8Array(0));
  expect(asked).toEqual(['start', 'load own', 'logits own']);
});

it('waits its turn: while a run computes it is neither put nor measured', async () => {
  const { own, asked } = place(() => {
    throw new PlaygroundError('bad-argument', 'Run 1 is computing.', 'Wait.');
  });
  await expect(own.put(network(32, 10))).rejects.toThrow('Run 1 is computing.');
  await expect(own.figures('ptq', () => {})).rejects.toThrow('Run 1 is computing.');
  expect(asked).toEqual([]);
});
