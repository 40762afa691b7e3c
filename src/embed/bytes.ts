// Bytes from where a program outside the playground has them: memory, the network, or Node's files.
// Not for the page's downloads, which are verified and kept: src/core/fetch-verified.ts.
import { PlaygroundError } from '../core/errors';

/** @throws PlaygroundError 'bad-argument' for an address that is none, or as bytesAt */
export async function bytesOf(source: Uint8Array | ArrayBuffer | URL | string): Promise<Uint8Array> {
  // Arrays of another window are no instances of this one's.
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  if (typeof source !== 'string' && !(source instanceof URL)) return new Uint8Array(source);
  // Node has neither.
  const base = globalThis.document?.baseURI ?? globalThis.location?.href;
  if (!URL.canParse(source, base))
    throw new PlaygroundError(
      'bad-argument',
      `${String(source)} is no address of a model.`,
      'Outside of a page it must be a whole one (https://, file://); or pass the bytes of the file.',
    );
  return bytesAt(new URL(source, base));
}

/** @throws PlaygroundError 'network', or 'bad-file' where a server answers with a web page */
export async function bytesAt(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return url.protocol === 'file:' ? await fileAt(url) : await download(url);
  } catch (cause) {
    if (cause instanceof PlaygroundError) throw cause;
    throw failed(`${url.href} could not be read.`, { cause });
  }
}

/** Node's fetch takes no files. An import of its modules would stop bundlers for browsers. */
async function fileAt(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await process.getBuiltinModule('node:fs/promises').readFile(url));
}

async function download(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(url);
  if (!response.ok) throw failed(`The server answered ${response.status} for ${url.href}.`);
  // Many servers answer an unknown path with their start page and status 200.
  if (response.headers.get('content-type')?.startsWith('text/html'))
    throw new PlaygroundError(
      'bad-file',
      `The server answered with a web page instead of ${url.href}.`,
      'Check that the file is there and that bundling took it along.',
    );
  return new Uint8Array(await response.arrayBuffer());
}

const failed = (message: string, options?: ErrorOptions) =>
  new PlaygroundError('network', message, 'Check the address and the connection, then try again.', options);
