// Small texts that are kept for the next visit, by name. A browser that keeps nothing for this page, as in private windows,
// does no harm. Not for trainings: they have a store of their own.

/** What was kept; undefined where nothing was, or cannot be. */
export function kept(name: string): string | undefined {
  try {
    return localStorage.getItem(name) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Until the next visit, where the browser lets it: what is kept is never all there is of it. */
export function keep(name: string, text: string): void {
  try {
    localStorage.setItem(name, text);
  } catch {
    // Nothing is lost but the memory of it at the next visit.
  }
}

export function forget(name: string): void {
  try {
    localStorage.removeItem(name);
  } catch {
    // Nothing was kept.
  }
}
