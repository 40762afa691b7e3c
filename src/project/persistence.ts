// The browser's promise not to delete what is saved when disk space runs low. Not for saving: src/train/saved.

/**
 * @param tell hears whether it was given; nothing where the browser has no storage to ask
 * @returns asks for it, once however often it is called
 */
export function persistence(tell: (persistent: boolean) => void): () => void {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    const storage = navigator.storage as StorageManager | undefined;
    storage?.persist().then(tell, () => tell(false));
  };
}
