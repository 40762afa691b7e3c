// Downloads of files whose size and SHA-256 a manifest states: retried, checked, and kept in the browser's Cache API.
// Not for what is inside them: src/data and src/checkpoint read that.
import { PlaygroundError } from './errors';
import type { ListedFile } from './manifest';
import { within } from './time-limit';

/** Bytes of all files asked for so far; `done` falls back when a download starts again. */
export interface DownloadProgress {
  readonly what: 'bytes';
  readonly done: number;
  readonly total: number;
}

/** The part of a Cache that is used. */
export type FileCache = Pick<Cache, 'match' | 'put'>;

export interface DownloadOptions {
  /** Default: the global fetch. */
  readonly fetch?: typeof fetch;
  /** Default: the browser's Cache API; nothing is kept where there is none. */
  readonly cache?: FileCache;
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Milliseconds without a byte after which a transfer is given up. Default: 20,000. */
  readonly silence?: number;
}

export interface VerifiedFile {
  readonly data: Uint8Array<ArrayBuffer>;
  readonly fromCache: boolean;
}

/** The Cache that holds what was downloaded. */
export const CACHE_NAME = 'qat-playground';
/**
 * Slow 2G (50 kbit/s) delivers 6 kB in every second, and TCP repeats a lost packet after 1, 2, 4 and 8 seconds: a
 * connection that lives has shown it by then. More would keep a visitor waiting for four dead attempts that long.
 */
const SILENCE = 20_000;
/** Milliseconds before each further attempt. */
const BACK_OFF = [300, 1000, 3000];
const TRY_AGAIN = 'Check the connection, then try again.';
const NOT_PREPARED =
  'Files are missing on the server: run `npm start` in the project, or publish the whole dist folder.';

/** Fetches the files of one folder, each verified; one instance adds up the progress of all of them. */
export class Downloader {
  private readonly subtle = webCrypto();
  private cache: Promise<FileCache | undefined>;
  private readonly silence: number;
  private readonly transfers = new Set<AbortController>();
  private stopped = false;
  private done = 0;
  private total = 0;

  /**
   * @param baseUrl folder of the manifest and its files, ending in '/'
   * @throws PlaygroundError 'unsupported' outside secure contexts
   */
  constructor(
    private readonly baseUrl: string,
    private readonly options: DownloadOptions = {},
  ) {
    this.cache = options.cache ? Promise.resolve(options.cache) : browserCache();
    this.silence = options.silence ?? SILENCE;
  }

  /**
   * The folder's manifest.json; without a connection the one of the last visit, so that its cached files can be used.
   * @throws PlaygroundError 'network', or 'bad-file' when it is no JSON
   */
  async manifest(): Promise<unknown> {
    const url = this.baseUrl + 'manifest.json';
    // Asks the server each time: an old manifest beside new files would fail every sum.
    const text = await retried(async () => {
      try {
        return await this.text(url);
      } catch (error) {
        const kept = error instanceof Final ? undefined : await this.kept(url);
        if (!kept) throw error;
        return new TextDecoder().decode(kept);
      }
    });
    let manifest: unknown;
    try {
      manifest = JSON.parse(text);
    } catch (cause) {
      throw new PlaygroundError('bad-file', `${url} is not JSON.`, NOT_PREPARED, { cause });
    }
    await this.keep(url, new TextEncoder().encode(text));
    return manifest;
  }

  /**
   * A file with the size and sum the manifest states, from the cache when it is there undamaged.
   * @throws PlaygroundError 'network', 'checksum', 'bad-file' (a web page came instead)
   */
  async file(expected: ListedFile): Promise<VerifiedFile> {
    const url = this.baseUrl + expected.file;
    let counted = 0;
    const received = (bytes: number) => {
      this.done += bytes - counted;
      counted = bytes;
      if (this.stopped) return;
      this.options.onProgress?.({ what: 'bytes', done: this.done, total: this.total });
    };
    this.total += expected.bytes;
    try {
      const cached = await this.kept(url);
      if (cached && (await sha256(cached, this.subtle)) === expected.sha256) {
        received(expected.bytes);
        return { data: cached, fromCache: true };
      }
      const data = await retried((attempt) => this.download(url, expected, attempt, received));
      await this.keep(url, data);
      return { data, fromCache: false };
    } catch (error) {
      this.total -= expected.bytes;
      this.done -= counted;
      throw error;
    }
  }

  /** Ends what is under way, for good: no more requests, no more progress. */
  stop(): void {
    this.stopped = true;
    for (const transfer of this.transfers) transfer.abort();
  }

  private async download(url: string, expected: ListedFile, attempt: number, received: (bytes: number) => void) {
    received(0);
    // The browser's own HTTP cache may hold the damaged copy.
    const mode = attempt === 0 ? 'default' : 'reload';
    const data = new Uint8Array(expected.bytes);
    let at = 0;
    for await (const chunk of this.chunks(url, mode)) {
      if (at + chunk.length > data.length) throw damaged(url, `is longer than ${data.length} bytes`);
      data.set(chunk, at);
      received((at += chunk.length));
    }
    if (at < data.length) throw damaged(url, `ended after ${at} of ${data.length} bytes`);
    if ((await sha256(data, this.subtle)) !== expected.sha256)
      throw damaged(url, 'has not the SHA-256 its manifest states');
    return data;
  }

  private async text(url: string): Promise<string> {
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of this.chunks(url, 'no-cache')) text += decoder.decode(chunk, { stream: true });
    return text + decoder.decode();
  }

  /** What the server sends, as it comes; a caller that stops reading ends the transfer. */
  private async *chunks(url: string, cache: RequestCache): AsyncGenerator<Uint8Array> {
    if (this.stopped) throw new Final('stopped', `${url} is not needed any more.`, TRY_AGAIN);
    const request = this.options.fetch ?? fetch;
    const transfer = new AbortController();
    this.transfers.add(transfer);
    const late = () => failed(`No byte of ${url} came for ${this.silence / 1000} seconds.`);
    try {
      const answer = request(url, { cache, signal: transfer.signal });
      const response = await within(answer, this.silence, late).catch(asNetwork(`${url} could not be reached.`));
      checkResponse(response, url);
      const reader = response.body?.getReader();
      while (reader) {
        const piece = within(reader.read(), this.silence, late);
        const { value, done } = await piece.catch(asNetwork(`The connection broke while loading ${url}.`));
        if (done) return;
        yield value;
      }
    } finally {
      this.transfers.delete(transfer);
      transfer.abort();
    }
  }

  /** What the cache holds for the address, unchecked. */
  private async kept(url: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.ofCache(async (cache) => {
      const found = await cache.match(url);
      return found && new Uint8Array(await found.arrayBuffer());
    });
  }

  private async keep(url: string, data: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.ofCache((cache) => cache.put(url, new Response(data)));
  }

  /**
   * What the cache answers; undefined when it cannot (a full disk, a private window): files are fetched then. One that
   * does not answer at all is not asked again.
   */
  private async ofCache<T>(ask: (cache: FileCache) => Promise<T>): Promise<T | undefined> {
    const answer = async () => {
      const cache = await this.cache;
      return cache && ask(cache);
    };
    const late = () => {
      this.cache = Promise.resolve(undefined);
      return new Error('The cache does not answer.');
    };
    return within(answer(), this.silence, late).catch(() => undefined);
  }
}

/** In lower-case hexadecimal. */
export async function sha256(data: Uint8Array<ArrayBuffer>, subtle = webCrypto()): Promise<string> {
  const digest = new Uint8Array(await subtle.digest('SHA-256', data));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @throws PlaygroundError 'unsupported' outside secure contexts */
function webCrypto(): SubtleCrypto {
  // The types promise it; plain http from another machine has none.
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  if (subtle) return subtle;
  throw new PlaygroundError(
    'unsupported',
    'The browser offers no Web Crypto on this address, so downloads cannot be verified.',
    'Open the page over https or from localhost.',
  );
}

/** An error that another attempt would only repeat. */
class Final extends PlaygroundError {}

function damaged(url: string, what: string): PlaygroundError {
  return new PlaygroundError(
    'checksum',
    `${url} ${what}.`,
    'The download is damaged or the server has another version of the file: reload the page.',
  );
}

async function retried<T>(work: (attempt: number) => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work(attempt);
    } catch (error) {
      if (!(error instanceof PlaygroundError) || error instanceof Final || attempt === BACK_OFF.length) throw error;
      await new Promise((resolve) => setTimeout(resolve, BACK_OFF[attempt]));
    }
  }
}

const failed = (message: string, cause?: unknown) => new PlaygroundError('network', message, TRY_AGAIN, { cause });

/** What fetch rejects with, as an error of ours. */
const asNetwork = (message: string) => (cause: unknown) => {
  throw cause instanceof PlaygroundError ? cause : failed(message, cause);
};

/** @throws PlaygroundError 'network' or 'bad-file' unless the answer may be the file */
function checkResponse(response: Response, url: string): void {
  const { status } = response;
  if (!response.ok) {
    const passing = status >= 500 || status === 408 || status === 429;
    const message = `The server answered ${status} for ${url}.`;
    if (passing) throw failed(message);
    throw new Final('network', message, NOT_PREPARED);
  }
  // Many servers answer an unknown path with their start page and status 200.
  if (response.headers.get('content-type')?.startsWith('text/html'))
    throw new Final('bad-file', `The server answered with a web page instead of ${url}.`, NOT_PREPARED);
}

async function browserCache(): Promise<FileCache | undefined> {
  try {
    return await globalThis.caches?.open(CACHE_NAME);
  } catch {
    return undefined;
  }
}
