// What becomes of calls when workers live, end, and are asked too late. Not for real workers: tests/browser/bad-network.spec.ts.
import { expect, test } from 'vitest';
import { Life } from './life';

const ended = new Error('ended');

function setUp() {
  const life = new Life();
  let answer!: (value: string) => void;
  const remote = life.bound({
    now: async (text: string) => `${text}!`,
    later: () => new Promise<string>((resolve) => (answer = resolve)),
    fails: () => Promise.reject(new Error('failed')),
    throws(): Promise<never> {
      throw new Error('thrown');
    },
  });
  return { life, remote, answer: (value: string) => answer(value) };
}

test('while they live calls are answered as they are', async () => {
  const { life, remote, answer } = setUp();
  expect(await remote.now('here')).toBe('here!');
  const later = remote.later();
  answer('at last');
  expect(await later).toBe('at last');
  await expect(remote.fails()).rejects.toThrow('failed');
  await expect(remote.throws()).rejects.toThrow('thrown');
  expect(life.over).toBe(false);
});

test('calls that wait when it ends reject with why, and those made afterwards; the first reason stays', async () => {
  const { life, remote, answer } = setUp();
  const waiting = [remote.later(), remote.later()].map((call) => expect(call).rejects.toBe(ended));
  life.end(ended);
  life.end(new Error('again'));
  answer('too late');
  await Promise.all(waiting);
  await expect(remote.now('here')).rejects.toBe(ended);
  expect(life.over).toBe(true);
});

test('a remote can be awaited and given back by an async function', async () => {
  const { life } = setUp();
  const proxied = life.bound(new Proxy({} as { then?: unknown }, { get: () => () => {} }));
  expect(await Promise.resolve(proxied)).toBe(proxied);
});
