// Hands a file to the visitor. Not for making it.

/** @param name that the browser offers to keep it by */
export function download(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  Object.assign(document.createElement('a'), { href: url, download: name }).click();
  // The browser has taken it up by then; until it is let go of it takes its room.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
