// A host of the built page that can go away, come back and be given another version, in any folder, with or without headers.
// Not for the page's own tests, which need none of that: they ask Vite's preview.
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { headersFor } from '../../src/offline/headers';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
};

export class Site {
  /** Files that are not as in `dist`, by name. */
  readonly changed = new Map<string, string>();
  /** Files of `dist` that are not there. */
  readonly gone = new Set<string>();
  private server: Server | undefined;
  private port = 0;

  /**
   * @param base where the page is, with slashes at both ends
   * @param isolating whether the headers are sent that the page would have
   */
  constructor(
    private readonly base = '/',
    private readonly isolating = true,
  ) {}

  get url(): string {
    return `http://localhost:${this.port}${this.base}`;
  }

  /** Begins to serve, always at the same address. */
  async open(): Promise<void> {
    this.server = createServer(({ url }, response) => {
      const { pathname } = new URL(url!, this.url);
      if (!pathname.startsWith(this.base)) return void response.writeHead(404).end();
      const name = pathname.slice(this.base.length) || 'index.html';
      if (this.isolating)
        for (const [header, value] of Object.entries(headersFor(name))) response.setHeader(header, value);
      response.setHeader('Content-Type', TYPES[extname(name)] ?? 'application/octet-stream');
      const path = join('dist', name);
      const changed = this.changed.get(name);
      if (changed !== undefined) return void response.end(changed);
      if (this.gone.has(name) || !existsSync(path) || !statSync(path).isFile())
        return void response.writeHead(404).end();
      createReadStream(path).pipe(response);
    });
    await new Promise<void>((resolve) => this.server!.listen(this.port, 'localhost', resolve));
    this.port = (this.server.address() as AddressInfo).port;
  }

  /** Goes away, open connections included. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server!.close(resolve));
    this.server!.closeAllConnections();
    await closed;
  }
}
