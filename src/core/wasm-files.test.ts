import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BASE, fakeCache, fakeServer, folderServer, htmlPage, instantTimers, listed } from './testing';
import { fetchWasm } from './wasm-files';

const BUILDS = [
  ...['engine-plain', 'engine-relaxed'],
  ...['kernels', 'kernels-relaxed', 'kernels-shared', 'kernels-relaxed-shared'],
  ...['tfjs-backend-wasm', 'tfjs-backend-wasm-simd', 'tfjs-backend-wasm-threaded-simd'],
];

describe('the prepared folder', () => {
  it.each(BUILDS)('lists %s.wasm as it is', async (build) => {
    const folder = new URL('../../public/wasm/', import.meta.url);
    const bytes = await fetchWasm(BASE, `${build}.wasm`, folderServer(folder));
    expect(Buffer.compare(bytes, readFileSync(new URL(`${build}.wasm`, folder)))).toBe(0);
  });
});

describe('a module', () => {
  const MODULE = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);
  const serve = (answer: (attempt: number) => Uint8Array | Response | undefined, files = ['a.wasm']) =>
    fakeServer((file, attempt) =>
      file === 'manifest.json'
        ? JSON.stringify({ version: 1, files: files.map((name) => listed(name, MODULE)) })
        : answer(attempt),
    );
  beforeEach(() => void instantTimers());
  afterEach(() => vi.unstubAllGlobals());

  it('is asked for again after a connection was reset', async () => {
    const server = serve((attempt) => {
      if (attempt === 0) throw new TypeError('Failed to fetch');
      return MODULE;
    });
    expect(await fetchWasm(BASE, 'a.wasm', server)).toEqual(MODULE);
    expect(server.asked).toEqual(['manifest.json', 'a.wasm', 'a.wasm']);
  });

  it('needs no connection the second time', async () => {
    const cache = fakeCache();
    await fetchWasm(BASE, 'a.wasm', { ...serve(() => MODULE), cache });
    const offline = () => Promise.reject(new TypeError('Failed to fetch'));
    expect(await fetchWasm(BASE, 'a.wasm', { fetch: offline, cache })).toEqual(MODULE);
    await expect(fetchWasm(BASE, 'a.wasm', { fetch: offline })).rejects.toMatchObject({ code: 'network' });
  });

  it.each([
    ['network', 'missing', serve(() => undefined)],
    ['bad-file', 'a web page', serve(htmlPage)],
    ['checksum', 'damaged', serve(() => MODULE.with(7, 1))],
    ['bad-file', 'not listed', serve(() => MODULE, ['b.wasm'])],
    ['bad-file', 'of another version', fakeServer(() => '{"version":2}')],
  ])('fails as %s when it is %s', async (code, _, server) => {
    await expect(fetchWasm(BASE, 'a.wasm', server)).rejects.toMatchObject({ name: 'PlaygroundError', code });
  });
});
