import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Downloader, type DownloadProgress, type FileCache } from './fetch-verified';
import type { ErrorCode } from './errors';
import { BASE, fakeCache, fakeServer, htmlPage, instantTimers, listed, type Answer } from './testing';

const GOOD = Uint8Array.from({ length: 5000 }, (_, i) => (i * 7) % 256);
const DAMAGED = GOOD.with(1234, GOOD[1234] ^ 1);
const ENTRY = listed('a.bin', GOOD);
const refuse = (): never => {
  throw new TypeError('Failed to fetch');
};
/** A connection that breaks after the first bytes. */
const half = (): Response =>
  new Response(
    new ReadableStream({
      start: (controller) => controller.enqueue(GOOD.slice(0, 99)),
      pull: (controller) => controller.error(new TypeError('network error')),
    }),
  );

let delays: number[];
beforeEach(() => {
  delays = instantTimers();
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const load = (server: ReturnType<typeof fakeServer>, cache?: FileCache) =>
  new Downloader(BASE, { fetch: server.fetch, cache }).file(ENTRY);

describe('a listed file', () => {
  it('arrives with progress over all files', async () => {
    const seen: DownloadProgress[] = [];
    const { fetch } = fakeServer(() => GOOD);
    const downloader = new Downloader(BASE, { fetch, onProgress: (progress) => seen.push(progress) });
    const files = await Promise.all([downloader.file(ENTRY), downloader.file({ ...ENTRY, file: 'b.bin' })]);
    expect(files).toEqual([1, 2].map(() => ({ data: GOOD, fromCache: false })));
    expect(seen.at(-1)).toEqual({ what: 'bytes', done: 10000, total: 10000 });
    expect(seen.every(({ done, total }, i) => done <= total && (i === 0 || done >= seen[i - 1].done))).toBe(true);
  });

  it.each([
    ['a network failure', refuse],
    ['a server error', () => new Response('', { status: 503 })],
    ['a broken connection', half],
    ['damaged bytes', () => DAMAGED],
    ['missing bytes', () => GOOD.subarray(1)],
    ['too many bytes', () => Uint8Array.of(...GOOD, 0)],
  ])('is fetched again after %s, past the HTTP cache', async (_, first) => {
    const seen: DownloadProgress[] = [];
    const server = fakeServer((_, attempt) => (attempt < 2 ? first() : GOOD));
    const onProgress = (progress: DownloadProgress) => seen.push(progress);
    const { data } = await new Downloader(BASE, { fetch: server.fetch, onProgress }).file(ENTRY);
    expect(data).toEqual(GOOD);
    expect(server.modes).toEqual(['default', 'reload', 'reload']);
    expect(delays).toEqual([300, 1000]);
    expect(seen.at(-1)).toEqual({ what: 'bytes', done: 5000, total: 5000 });
  });

  it.each<[ErrorCode, string, number, Answer]>([
    ['network', 'a network failure', 4, refuse],
    ['network', 'a broken connection', 4, half],
    ['network', 'a server error', 4, () => new Response('', { status: 500 })],
    ['network', 'a missing file', 1, () => undefined],
    ['checksum', 'damaged bytes', 4, () => DAMAGED],
    ['checksum', 'missing bytes', 4, () => GOOD.subarray(1)],
    ['bad-file', 'a web page', 1, htmlPage],
  ])('fails as %s for %s after %i attempts', async (code, _, attempts, answer) => {
    const server = fakeServer(answer);
    await expect(load(server)).rejects.toMatchObject({
      name: 'PlaygroundError',
      code,
      message: expect.stringContaining('a.bin'),
      hint: expect.stringMatching(/./),
    });
    expect(server.asked).toHaveLength(attempts);
  });

  it('does not count in the progress once it failed', async () => {
    const seen: DownloadProgress[] = [];
    const { fetch } = fakeServer((file) => (file === 'a.bin' ? GOOD : DAMAGED));
    const downloader = new Downloader(BASE, { fetch, onProgress: (progress) => seen.push(progress) });
    await expect(downloader.file({ ...ENTRY, file: 'b.bin' })).rejects.toMatchObject({ code: 'checksum' });
    await downloader.file(ENTRY);
    expect(seen.at(-1)).toEqual({ what: 'bytes', done: 5000, total: 5000 });
  });

  it('needs a secure context', () => {
    vi.stubGlobal('crypto', {});
    expect(() => new Downloader(BASE)).toThrow(expect.objectContaining({ code: 'unsupported' }));
  });
});

describe('a transfer that stands still', () => {
  const never = new Promise<never>(() => {});
  let aborted: number;
  /** A fetch whose first attempts hang: before the headers, or after the first bytes. */
  const hanging = (where: 'headers' | 'body', attempts: number) => {
    const server = fakeServer(() => GOOD);
    const hang = async (...[url, init]: Parameters<typeof fetch>): Promise<Response> => {
      const answer = await server.fetch(url, init);
      if (server.asked.length > attempts) return answer;
      init!.signal!.addEventListener('abort', () => aborted++);
      if (where === 'headers') return never;
      return new Response(
        new ReadableStream({ start: (body) => body.enqueue(GOOD.slice(0, 2500)), pull: () => never }),
      );
    };
    return { ...server, fetch: hang };
  };
  beforeEach(() => {
    vi.unstubAllGlobals();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    aborted = 0;
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each(['headers', 'body'] as const)('is given up and tried again: %s', async (where) => {
    const seen: DownloadProgress[] = [];
    const server = hanging(where, 1);
    const onProgress = (progress: DownloadProgress) => seen.push(progress);
    const file = new Downloader(BASE, { fetch: server.fetch, onProgress }).file(ENTRY);
    await vi.advanceTimersByTimeAsync(19_900);
    expect(server.asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(200 + 300);
    expect(await file).toEqual({ data: GOOD, fromCache: false });
    expect(server.modes).toEqual(['default', 'reload']);
    expect(aborted).toBe(1);
    // What had come does not count in the second attempt.
    expect(seen.map(({ done }) => done)).toEqual(where === 'body' ? [0, 2500, 0, 5000] : [0, 0, 5000]);
  });

  it.each(['headers', 'body'] as const)('fails as network in the end: %s', async (where) => {
    const server = hanging(where, 4);
    const file = load(server);
    const failure = expect(file).rejects.toMatchObject({
      code: 'network',
      message: expect.stringMatching(/a\.bin.* 20 seconds/),
      hint: expect.stringMatching(/./),
    });
    await vi.advanceTimersByTimeAsync(4 * 20_000 + 300 + 1000 + 3000);
    await failure;
    expect(server.asked).toHaveLength(4);
    expect(aborted).toBe(4);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('may be as slow as it likes while bytes come', async () => {
    const slow = async () =>
      new Response(
        new ReadableStream({
          start: async (body) => {
            for (let at = 0; at < GOOD.length; at += 500) {
              body.enqueue(GOOD.slice(at, at + 500));
              await new Promise((resolve) => setTimeout(resolve, 15_000));
            }
            body.close();
          },
        }),
      );
    const file = new Downloader(BASE, { fetch: slow }).file(ENTRY);
    await vi.advanceTimersByTimeAsync(151_000);
    expect((await file).data).toEqual(GOOD);
  });

  it('is none while the thread is busy, which hears of no bytes then', async () => {
    vi.useRealTimers();
    const busy = async () => {
      queueMicrotask(() => {
        for (const end = performance.now() + 200; performance.now() < end;);
      });
      // Due after the limit: a single timer would be heard first.
      await new Promise((resolve) => setTimeout(resolve, 45));
      return new Response(GOOD);
    };
    const fetch = vi.fn(busy);
    await new Downloader(BASE, { fetch, silence: 40 }).file(ENTRY);
    expect(fetch).toHaveBeenCalledOnce();
  });

  it('is that of a manifest as well, whose last copy then serves', async () => {
    const cache = fakeCache();
    await new Downloader(BASE, { fetch: fakeServer(() => '{"version":1}').fetch, cache }).manifest();
    const manifest = new Downloader(BASE, { fetch: hanging('body', 1).fetch, cache }).manifest();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(await manifest).toEqual({ version: 1 });
  });

  it('does not matter where it is the cache', async () => {
    const server = fakeServer(() => GOOD);
    const file = load(server, { match: () => never, put: () => never });
    await vi.advanceTimersByTimeAsync(2 * 20_000);
    expect(await file).toEqual({ data: GOOD, fromCache: false });
  });
});

describe('the cache', () => {
  it('saves the second download', async () => {
    const server = fakeServer(() => GOOD);
    const cache = fakeCache();
    await load(server, cache);
    expect(await load(server, cache)).toEqual({ data: GOOD, fromCache: true });
    expect(server.asked).toEqual(['a.bin']);
  });

  it('is the Cache API where there is one', async () => {
    const cache = fakeCache();
    vi.stubGlobal('caches', { open: async () => cache });
    await load(fakeServer(() => GOOD));
    expect([...cache.stored.keys()]).toEqual([`${BASE}a.bin`]);
  });

  it('is corrected when an entry is damaged', async () => {
    const cache = fakeCache();
    cache.stored.set(`${BASE}a.bin`, new Response(DAMAGED));
    expect(
      await load(
        fakeServer(() => GOOD),
        cache,
      ),
    ).toEqual({ data: GOOD, fromCache: false });
    expect((await load(fakeServer(refuse), cache)).fromCache).toBe(true);
  });

  it('is done without when it cannot be read or the disk is full', async () => {
    const refused = () => Promise.reject(new DOMException('Quota exceeded.', 'QuotaExceededError'));
    const server = fakeServer(() => GOOD);
    expect((await load(server, { match: refused, put: refused })).data).toEqual(GOOD);
    vi.stubGlobal('caches', { open: refused });
    expect((await load(server)).data).toEqual(GOOD);
  });

  it('never keeps a damaged file', async () => {
    const cache = fakeCache();
    await expect(
      load(
        fakeServer(() => DAMAGED),
        cache,
      ),
    ).rejects.toMatchObject({ code: 'checksum' });
    expect(cache.stored.size).toBe(0);
  });
});

describe('the manifest', () => {
  const manifest = (answer: Answer, cache?: FileCache) => {
    const server = fakeServer(answer);
    return { server, read: new Downloader(BASE, { fetch: server.fetch, cache }).manifest() };
  };

  it('is asked for anew each time', async () => {
    const { server, read } = manifest((_, attempt) => (attempt < 1 ? refuse() : '{"version":1}'));
    expect(await read).toEqual({ version: 1 });
    expect(server.modes).toEqual(['no-cache', 'no-cache']);
  });

  it('is that of the last visit while the server cannot be reached', async () => {
    const cache = fakeCache();
    for (const version of [1, 2])
      expect(await manifest(() => `{"version":${version}}`, cache).read).toEqual({ version });
    const offline = manifest(refuse, cache);
    expect(await offline.read).toEqual({ version: 2 });
    expect(offline.server.asked).toHaveLength(1);
    await expect(manifest(() => undefined, cache).read).rejects.toMatchObject({ code: 'network' });
  });

  it('is not kept when it is no JSON', async () => {
    const cache = fakeCache();
    await expect(manifest(() => 'text', cache).read).rejects.toMatchObject({ code: 'bad-file' });
    expect(cache.stored.size).toBe(0);
  });

  it.each<[ErrorCode, string, Answer]>([
    ['bad-file', 'a web page', htmlPage],
    ['bad-file', 'cut text', () => '{"version":'],
    ['network', 'a missing file', () => undefined],
    ['network', 'a network failure', refuse],
    ['network', 'a broken connection', half],
  ])('fails as %s for %s', async (code, _, answer) => {
    const { read } = manifest(answer);
    await expect(read).rejects.toMatchObject({ code, message: expect.stringContaining('manifest.json') });
  });
});
