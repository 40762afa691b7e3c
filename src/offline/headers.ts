// What a host would send with the page if it could: isolation from other origins, and what page and workers may do. The build
// puts the page's policy into the page, the service worker sends the rest with all that it answers. Why: docs/security.md.

/**
 * What makes a page isolated, and its workers fit for it: with these the browser grants memory that threads can share, and
 * precise timers.
 */
const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

const policy = (directives: Readonly<Record<string, string>>): string =>
  Object.entries(directives)
    .map(([name, value]) => `${name} ${value}`)
    .join('; ');

/** Of the page itself: nothing but its own files, and no string becomes code or markup. */
export const PAGE_POLICY = policy({
  'default-src': "'none'",
  'script-src': "'self' 'wasm-unsafe-eval'",
  'style-src': "'self'",
  // A visitor's own picture, which stays in the page.
  'img-src': "'self' blob: data:",
  'connect-src': "'self'",
  'worker-src': "'self'",
  'manifest-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'require-trusted-types-for': "'script'",
  // The page's own (src/ui/trusted.ts), and the one by which Svelte makes its templates.
  'trusted-types': 'default svelte-trusted-html',
});

/** Of a worker, which a page's policy does not reach. tfjs starts its threads from blobs, and takes its module from one. */
const WORKER_POLICY = policy({
  'default-src': "'none'",
  'script-src': "'self' blob: 'wasm-unsafe-eval'",
  'connect-src': "'self' blob:",
  'worker-src': "'self' blob:",
});

/** What goes with a file. @param url or path; of a script it is known alone that it may become a worker */
export const headersFor = (url: string): Readonly<Record<string, string>> => ({
  ...ISOLATION,
  ...(url.endsWith('.js') && { 'Content-Security-Policy': WORKER_POLICY }),
});
