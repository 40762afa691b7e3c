import { expect, it } from 'vitest';
import { BASE, fakeServer, listed, type Answer } from '../core/testing';
import { KeptShell, type Shell } from './shell';

const bytes = (text: string) => new TextEncoder().encode(text);
const FILES: Readonly<Record<string, string>> = { '': '<!doctype html>', 'assets/a.js': 'a()', 'wasm/b.wasm': 'bbb' };
const USED = { 'checkpoint/shard-0.bin': 100, 'data/test-00.bin': 30, 'data/train-00.bin': 50 };
const shellOf = (version: string): Shell => ({
  version,
  files: Object.entries(FILES).map(([path, text]) => ({ path, sha256: listed(path, bytes(text)).sha256 })),
  used: Object.entries(USED).map(([path, bytes]) => ({ path, bytes })),
});

/** The browser's caches in memory. */
function fakeCaches(full = false) {
  const all = new Map<string, Map<string, Response>>();
  const open = async (name: string) => {
    const stored = all.get(name) ?? new Map<string, Response>();
    all.set(name, stored);
    return {
      match: async (url: string) => stored.get(url)?.clone(),
      put: async (url: string, response: Response) => {
        if (full) throw new DOMException('', 'QuotaExceededError');
        stored.set(url, response);
      },
      keys: async () => [...stored.keys()].map((url) => ({ url })),
      delete: async ({ url }: { url: string }) => stored.delete(url),
    } as unknown as Cache;
  };
  return { open, keys: async () => [...all.keys()], delete: async (name: string) => all.delete(name), all };
}

const serve: Answer = (file) => FILES[file];
function kept(caches = fakeCaches(), answer = serve, version = 'v1') {
  const server = fakeServer(answer);
  return { shell: new KeptShell(shellOf(version), BASE, caches, server.fetch), server, caches };
}
const request = (path: string, more: Partial<Request> = {}) => ({
  ...({ method: 'GET', mode: 'cors', cache: 'default', url: BASE + path } as const),
  ...more,
});
const name = (version: string) => `qat-playground ${BASE} ${version}`;

it('answers for its files without the server, and for no others', async () => {
  const { shell, server } = kept();
  await shell.install();
  expect(server.modes).toEqual(['no-cache', 'no-cache', 'no-cache']);
  expect(await (await shell.answer(request('assets/a.js')))!.text()).toBe('a()');
  for (const path of ['', 'index.html', '?lang=zh'])
    expect(await (await shell.answer(request(path, { mode: 'navigate' })))!.text()).toBe('<!doctype html>');
  expect(server.asked).toHaveLength(3);

  expect(shell.answer(request('data/test-00.bin'))).toBeUndefined();
  expect(shell.answer(request('other.html', { mode: 'navigate' }))).toBeUndefined();
  expect(shell.answer(request('assets/a.js', { method: 'HEAD' }))).toBeUndefined();
  // Asked for past every cache, as after a sum that was wrong.
  expect(shell.answer(request('wasm/b.wasm', { cache: 'reload' }))).toBeUndefined();
});

it('adds the headers that isolate a page to those that came with a file', async () => {
  const { shell, caches } = kept();
  await shell.install();
  const came = {
    status: 200,
    headers: { 'Content-Type': 'text/javascript', 'Cross-Origin-Embedder-Policy': 'unsafe-none' },
  };
  caches.all.get(name('v1'))!.set(`${BASE}assets/a.js`, new Response('a()', came));
  const { headers } = (await shell.answer(request('assets/a.js')))!;
  const { 'content-security-policy': policy, ...others } = Object.fromEntries(headers);
  expect(policy).toMatch(/^default-src 'none';/);
  expect(others).toEqual({
    'content-type': 'text/javascript',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
  });
  // A page is asked for with the mode of its own.
  const page = await shell.answer(request('', { mode: 'navigate' }));
  expect(page!.headers.get('cross-origin-opener-policy')).toBe('same-origin');
  // The page has its own in its head.
  expect(page!.headers.get('content-security-policy')).toBeNull();
});

it('asks the server for a file that the browser has dropped', async () => {
  const { shell, caches } = kept();
  await shell.install();
  caches.all.get(name('v1'))!.delete(`${BASE}assets/a.js`);
  expect(await (await shell.answer(request('assets/a.js')))!.text()).toBe('a()');
});

it.each<[string, Answer, boolean]>([
  ['is of another version', (file) => (file === 'wasm/b.wasm' ? 'other' : FILES[file]), false],
  ['is missing', (file) => (file === 'wasm/b.wasm' ? undefined : FILES[file]), false],
  ['finds no room', serve, true],
])('keeps nothing when a file %s', async (_, answer, full) => {
  const { shell, caches } = kept(fakeCaches(full), answer);
  await expect(shell.install()).rejects.toThrow();
  expect(await caches.keys()).toEqual([]);
});

it('removes other versions of this page alone, and what it has no use for', async () => {
  const caches = fakeCaches();
  for (const other of ['v0', 'v1']) await kept(caches, serve, other).shell.install();
  const neighbour = 'qat-playground http://server.test/other/ v0';
  await caches.open(neighbour);
  const used = await caches.open('qat-playground');
  const stays = ['data/test-00.bin', 'wasm/b.wasm'].map((path) => BASE + path);
  const foreign = 'http://server.test/other/data/old.bin';
  for (const url of [...stays, `${BASE}data/old.bin`, foreign]) await used.put(url, new Response());

  await kept(caches).shell.clean();
  expect(await caches.keys()).toEqual([name('v1'), neighbour, 'qat-playground']);
  expect((await used.keys()).map(({ url }) => url)).toEqual([...stays, foreign]);
});

it('tells how much of weights and images is there', async () => {
  const { shell, caches } = kept();
  const used = await caches.open('qat-playground');
  expect(await shell.kept()).toEqual({ weights: { kept: 0, all: 100 }, images: { kept: 0, all: 80 } });
  await used.put(`${BASE}checkpoint/shard-0.bin`, new Response());
  await used.put(`${BASE}data/train-00.bin`, new Response());
  expect(await shell.kept()).toEqual({ weights: { kept: 100, all: 100 }, images: { kept: 50, all: 80 } });
});
