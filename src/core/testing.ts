// A server for tests of downloads: answers from a function and remembers what was asked. Node only.
// Not for the product.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { vi } from 'vitest';
import type { FileCache } from './fetch-verified';
import type { ListedFile } from './manifest';

export const BASE = 'http://server.test/files/';

/** What is served for a file; undefined is 404, a throw is a network failure. `attempt` counts from 0 per file. */
export type Answer = (file: string, attempt: number) => Uint8Array | string | Response | undefined;

/** fetch for URLs below BASE, and what it was asked for. */
export function fakeServer(answer: Answer) {
  const asked: string[] = [];
  const modes: (RequestCache | undefined)[] = [];
  const serve = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const url = String(input);
    if (!url.startsWith(BASE)) throw new Error(`${url} is not below ${BASE}`);
    const file = url.slice(BASE.length);
    const attempt = asked.filter((other) => other === file).length;
    asked.push(file);
    modes.push(init?.cache);
    const body = answer(file, attempt);
    if (body instanceof Response) return body;
    return body === undefined ? new Response('', { status: 404 }) : new Response(body as BodyInit);
  };
  return { fetch: serve, asked, modes };
}

/** Serves a folder of this machine. @param folder URL ending in '/' */
export function folderServer(folder: URL) {
  return fakeServer((file) => {
    const url = new URL(file, folder);
    return existsSync(url) ? readFileSync(url) : undefined;
  });
}

/** What a server without a file answers when it serves a single-page application. */
export const htmlPage = () =>
  new Response('<!doctype html><title>Page</title>', { headers: { 'content-type': 'text/html; charset=utf-8' } });

/** A manifest's line on these bytes. */
export function listed(file: string, data: Uint8Array): ListedFile {
  return { file, bytes: data.length, sha256: createHash('sha256').update(data).digest('hex') };
}

/** A cache in memory. */
export function fakeCache() {
  const stored = new Map<string, Response>();
  const cache: FileCache = {
    match: async (url) => stored.get(String(url))?.clone(),
    put: async (url, response) => void stored.set(String(url), response),
  };
  return { ...cache, stored };
}

/** Waits that are over at once; limits of time never are. @returns the waits; undo with vi.unstubAllGlobals() */
export function instantTimers(): number[] {
  const delays: number[] = [];
  vi.stubGlobal('setTimeout', (run: () => void, delay: number) => {
    if (delay >= LIMITS) return;
    delays.push(delay);
    queueMicrotask(run);
  });
  return delays;
}
/** Milliseconds from which a timer is a limit. */
const LIMITS = 5000;
