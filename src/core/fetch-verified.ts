// Downloads of files whose size and SHA-256 a manifest states: retried, checked, and kept in the browser's Cache API.
// Not for what is inside them: src/data and src/checkpoint read that.
import { PlaygroundError } from './errors';

/** A file as a manifest lists it; `file` is relative to the manifest. */
export interface ListedFile {
  readonly file: string;
  readonly bytes: number;
  /** Lower-case hexadecimal SHA-256 of the file as stored. */
  readonly sha256: string;
}

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
}

export interface VerifiedFile {
  readonly data: Uint8Array<ArrayBuffer>;
  readonly fromCache: boolean;
}

const CACHE_NAME = 'qat-playground';
/** Milliseconds before each further attempt. */
const BACK_OFF = [300, 1000, 3000];
const TRY_AGAIN = 'Check the connection, then try again.';
const NOT_PREPARED =
  'Files are missing on the server: run `npm start` in the project, or publish the whole dist folder.';

/** Fetches the files of one folder, each verified; one instance adds up the progress of all of them. */
export class Downloader {
  private readonly subtle = webCrypto();
  private readonly cache: Promise<FileCache | undefined>;
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
        const response = await this.request(url, 'no-cache');
        return await response.text().catch(broken(url));
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
      this.options.onProgress?.({ what: 'bytes', done: this.done, total: this.total });
    };
    this.total += expected.bytes;
    try {
      const cached = await this.kept(url);
      if (cached && (await this.sha256(cached)) === expected.sha256) {
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

  private async download(url: string, expected: ListedFile, attempt: number, received: (bytes: number) => void) {
    received(0);
    // The browser's own HTTP cache may hold the damaged copy.
    const response = await this.request(url, attempt === 0 ? 'default' : 'reload');
    const data = new Uint8Array(expected.bytes);
    let at = 0;
    for await (const chunk of chunks(response, url)) {
      if (at + chunk.length > data.length) throw damaged(url, `is longer than ${data.length} bytes`);
      data.set(chunk, at);
      received((at += chunk.length));
    }
    if (at < data.length) throw damaged(url, `ended after ${at} of ${data.length} bytes`);
    if ((await this.sha256(data)) !== expected.sha256) throw damaged(url, 'has not the SHA-256 its manifest states');
    return data;
  }

  private async request(url: string, cache: RequestCache): Promise<Response> {
    const request = this.options.fetch ?? fetch;
    let response: Response;
    try {
      response = await request(url, { cache });
    } catch (cause) {
      throw new PlaygroundError('network', `${url} could not be reached.`, TRY_AGAIN, { cause });
    }
    const { status } = response;
    if (!response.ok) {
      const passing = status >= 500 || status === 408 || status === 429;
      const message = `The server answered ${status} for ${url}.`;
      if (passing) throw new PlaygroundError('network', message, TRY_AGAIN);
      throw new Final('network', message, NOT_PREPARED);
    }
    // Many servers answer an unknown path with their start page and status 200.
    if (response.headers.get('content-type')?.startsWith('text/html'))
      throw new Final('bad-file', `The server answered with a web page instead of ${url}.`, NOT_PREPARED);
    return response;
  }

  /** What the cache holds for the address, unchecked. */
  private async kept(url: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    try {
      const response = await (await this.cache)?.match(url);
      return response && new Uint8Array(await response.arrayBuffer());
    } catch {
      // A cache that cannot be read is as good as none.
      return undefined;
    }
  }

  private async keep(url: string, data: Uint8Array<ArrayBuffer>): Promise<void> {
    try {
      await (await this.cache)?.put(url, new Response(data));
    } catch {
      // A full disk or a private window: the file is fetched anew the next time.
    }
  }

  /** In lower-case hexadecimal. */
  private async sha256(data: Uint8Array<ArrayBuffer>): Promise<string> {
    const digest = new Uint8Array(await this.subtle.digest('SHA-256', data));
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  }
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

/** A response's body piece by piece. */
async function* chunks(response: Response, url: string): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (!reader) return;
  try {
    for (;;) {
      const { value, done } = await reader.read().catch(broken(url));
      if (done) return;
      yield value;
    }
  } finally {
    // Ends the transfer when the caller gave up on it early.
    await reader.cancel().catch(() => {});
  }
}

/** What a body that stops arriving becomes. */
const broken = (url: string) => (cause: unknown) => {
  throw new PlaygroundError('network', `The connection broke while loading ${url}.`, TRY_AGAIN, { cause });
};

async function browserCache(): Promise<FileCache | undefined> {
  try {
    return await globalThis.caches?.open(CACHE_NAME);
  } catch {
    return undefined;
  }
}
