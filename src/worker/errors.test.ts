import { expose, releaseProxy, wrap } from 'comlink';
import { afterEach, describe, expect, it } from 'vitest';
import { PlaygroundError } from '../core/errors';
import './errors';

const ports: MessagePort[] = [];
afterEach(() => ports.splice(0).forEach((port) => port.close()));

/** What arrives on the other side of a worker's boundary, a real structured clone, when this is thrown. */
async function thrown(value: unknown): Promise<unknown> {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  const fail = (): never => {
    throw value;
  };
  expose({ fail }, port1 as never);
  const remote = wrap<{ fail(): never }>(port2 as never);
  try {
    await remote.fail();
  } catch (error) {
    return error;
  } finally {
    remote[releaseProxy]();
  }
  throw new Error('nothing was thrown');
}
function made(by: () => Error): Error {
  return by();
}

describe('an error that crosses a worker', () => {
  it('keeps code, message, hint and the causes of a PlaygroundError, each with its name and stack', async () => {
    const full = new DOMException('The quota is exceeded.', 'QuotaExceededError');
    const wrapped = new PlaygroundError('network', 'It broke.', 'Again.', { cause: full });
    const arrived = await thrown(new PlaygroundError('storage', 'Not saved.', 'Free some space.', { cause: wrapped }));
    expect(arrived).toBeInstanceOf(PlaygroundError);
    expect(arrived).toMatchObject({ code: 'storage', message: 'Not saved.', hint: 'Free some space.' });
    const { cause } = arrived as Error;
    expect(cause).toBeInstanceOf(PlaygroundError);
    expect(cause).toMatchObject({ code: 'network', message: 'It broke.', stack: wrapped.stack });
    expect((cause as Error).cause).toMatchObject({ name: 'QuotaExceededError', message: 'The quota is exceeded.' });
  });

  it('keeps name, message, stack and cause of any other', async () => {
    const original = made(() => new TypeError('x is not a function', { cause: new RangeError('deep') }));
    const arrived = await thrown(original);
    expect(arrived).not.toBeInstanceOf(PlaygroundError);
    expect(arrived).toMatchObject({ name: 'TypeError', message: 'x is not a function', stack: original.stack });
    expect((arrived as Error).cause).toMatchObject({ name: 'RangeError', message: 'deep' });
  });

  it.each([['text'], [undefined], [null], [{ a: () => 1 }], [Symbol('s')]])(
    'is an Error even where %s was thrown, and where that cannot be cloned',
    async (value) => {
      expect(await thrown(value)).toBeInstanceOf(Error);
      const arrived = await thrown(new PlaygroundError('storage', 'm', 'h', { cause: value }));
      expect(arrived).toMatchObject({ code: 'storage' });
    },
  );

  it('ends where causes go round in a circle', async () => {
    const first = new Error('first');
    first.cause = new Error('second', { cause: first });
    expect(await thrown(first)).toMatchObject({ message: 'first' });
  });
});
