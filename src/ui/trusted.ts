// What addresses may become workers of the page, where its policy (src/offline/headers.ts) lets no other string become code.
// Not for markup: Svelte has a policy of its own for its templates, and nothing else makes any.

/** Trusted Types, of which TypeScript's library knows nothing yet. */
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string | null }): unknown;
}

/**
 * Lets the page start the workers that lie in its folder; to be called before the first. By the default policy, as Vite
 * finds the workers that it has to build by `new Worker(new URL(…))` alone.
 * @param folder the page's, by default
 */
export function allowOwnWorkers(folder = new URL('.', document.baseURI).href): void {
  const isOwn = (url: string) => new URL(url, folder).href.startsWith(folder);
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  trustedTypes?.createPolicy('default', { createScriptURL: (url) => (isOwn(url) ? url : null) });
}
