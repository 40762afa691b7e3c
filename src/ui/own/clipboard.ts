// The picture that lies on the clipboard, asked for by a button. Not for what a visitor pastes by keys: that event brings it.
import { PlaygroundError } from '../../core/errors';
import { words } from '../words/words.svelte';

/** @throws PlaygroundError 'unsupported' where the browser does not let it be read, 'bad-argument' where none lies there */
export async function pictureOnClipboard(): Promise<Blob> {
  const { clipboardRefused, nothingPasted } = words().own.problems;
  let items: ClipboardItems;
  try {
    items = await navigator.clipboard.read();
  } catch (cause) {
    throw new PlaygroundError('unsupported', clipboardRefused.message, clipboardRefused.hint, { cause });
  }
  for (const item of items) {
    const type = item.types.find((type) => type.startsWith('image/'));
    if (type) return item.getType(type);
  }
  throw new PlaygroundError('bad-argument', nothingPasted.message, nothingPasted.hint);
}
