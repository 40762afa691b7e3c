// The newest of something that takes a while to make: asked for again, it is not made again. Not for keeping many.

export class Latest<T> {
  private known: { readonly by: unknown; readonly key: string; readonly made: Promise<T> } | undefined;

  /**
   * @param by whose it is, e.g. the workers: another's is made anew @param key what it is made of
   * @returns what is known or being made, or else what `make` gives; what failed is forgotten
   */
  of(by: unknown, key: string, make: () => Promise<T>): Promise<T> {
    const { known } = this;
    if (known && known.by === by && known.key === key) return known.made;
    const now = (this.known = { by, key, made: make() });
    now.made.catch(() => {
      if (this.known === now) this.known = undefined;
    });
    return now.made;
  }
}
