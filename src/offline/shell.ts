// One version of the page's own files, kept so that the page opens without a network: page, scripts, WASM modules, manifests.
// A page is always whole: what a version keeps was verified file by file, and a version answers for itself alone. Not for
// weights and images: whoever reads them keeps and verifies them (src/core/fetch-verified.ts).
import { CACHE_NAME, sha256 } from '../core/fetch-verified';
import { headersFor } from './headers';

/** What a build of the page consists of (scripts/vite-offline.ts); paths are relative to the page, which is ''. */
export interface Shell {
  /** Differs where any of the files does. */
  readonly version: string;
  readonly files: readonly { readonly path: string; readonly sha256: string }[];
  /** Weights and images, which are kept when they are first used. */
  readonly used: readonly { readonly path: string; readonly bytes: number }[];
}

/** Bytes of weights or images that this browser keeps, of those that there are. */
interface Share {
  readonly kept: number;
  readonly all: number;
}
export interface Kept {
  readonly weights: Share;
  readonly images: Share;
}

type Files = Pick<CacheStorage, 'open' | 'keys' | 'delete'>;

export class KeptShell {
  private readonly prefix: string;
  private readonly urls: ReadonlySet<string>;

  /** @param scope address of the page, ending in '/' */
  constructor(
    private readonly shell: Shell,
    private readonly scope: string,
    private readonly caches: Files,
    private readonly request: typeof fetch = (...asked) => fetch(...asked),
  ) {
    // A neighbour on the same host has its own.
    this.prefix = `${CACHE_NAME} ${scope} `;
    this.urls = new Set(shell.files.map(({ path }) => scope + path));
  }

  /** Fetches and verifies all files. @throws when one is not to be had, is not of this version, or there is no room */
  async install(): Promise<void> {
    const cache = await this.own();
    try {
      await Promise.all(
        this.shell.files.map(async (file) => {
          const url = this.scope + file.path;
          const response = await this.request(url, { cache: 'no-cache' });
          const sum = response.ok && (await sha256(new Uint8Array(await response.clone().arrayBuffer())));
          if (sum !== file.sha256) throw new Error(`${url} is not of version ${this.shell.version}.`);
          await cache.put(url, response);
        }),
      );
    } catch (error) {
      await this.caches.delete(this.name);
      throw error;
    }
  }

  /** Removes other versions, and the weights and images that this one has no use for. To be called when no page is of another. */
  async clean(): Promise<void> {
    const names = await this.caches.keys();
    const others = names.filter((name) => name.startsWith(this.prefix) && name !== this.name);
    await Promise.all(others.map((name) => this.caches.delete(name)));
    const known = new Set([...this.urls, ...this.shell.used.map(({ path }) => this.scope + path)]);
    const used = await this.caches.open(CACHE_NAME);
    const unknown = (await used.keys()).filter(({ url }) => url.startsWith(this.scope) && !known.has(url));
    await Promise.all(unknown.map((request) => used.delete(request)));
  }

  /** The answer to a request for one of the files; undefined for what is none of this version's business. */
  answer({
    method,
    mode,
    cache,
    url,
  }: Pick<Request, 'method' | 'mode' | 'cache' | 'url'>): Promise<Response> | undefined {
    if (method !== 'GET') return undefined;
    if (mode === 'navigate') return this.isPage(url) ? this.file(this.scope) : undefined;
    // Who asks for a fresh copy has found the one kept here damaged.
    return this.urls.has(url) && cache !== 'reload' ? this.file(url) : undefined;
  }

  /** How much of weights and images is there to be used without a network. */
  async kept(): Promise<Kept> {
    const cache = await this.caches.open(CACHE_NAME);
    const there = new Set((await cache.keys()).map(({ url }) => url));
    const share = (folder: string): Share => {
      const files = this.shell.used.filter(({ path }) => path.startsWith(folder));
      const sum = (list: typeof files) => list.reduce((total, { bytes }) => total + bytes, 0);
      return { kept: sum(files.filter(({ path }) => there.has(this.scope + path))), all: sum(files) };
    };
    return { weights: share('checkpoint/'), images: share('data/') };
  }

  private get name(): string {
    return this.prefix + this.shell.version;
  }

  private own(): Promise<Cache> {
    return this.caches.open(this.name);
  }

  /** The page itself, whatever choices its address holds. */
  private isPage(url: string): boolean {
    const { origin, pathname } = new URL(url);
    return [this.scope, `${this.scope}index.html`].includes(origin + pathname);
  }

  /** From the cache; over the network where the browser has dropped it. With the headers that came with it, and headers.ts's. */
  private async file(url: string): Promise<Response> {
    const { body, status, statusText, headers } = (await (await this.own()).match(url)) ?? (await this.request(url));
    const more = new Headers(headers);
    for (const [name, value] of Object.entries(headersFor(url))) more.set(name, value);
    return new Response(body, { status, statusText, headers: more });
  }
}
