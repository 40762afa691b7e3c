// Texts of the page with a little markup, taken apart. Not for how a part is drawn: Rich.svelte.
export interface RichPart {
  readonly kind: 'text' | 'code' | 'strong' | 'em' | 'link';
  readonly text: string;
  /** Of a link. */
  readonly href?: string;
}

const MARKED =
  /`(?<code>[^`]+)`|\*\*(?<strong>[^*]+)\*\*|\*(?<em>[^*\s][^*]*)\*|\[(?<link>[^\]]+)\]\((?<href>[^)]+)\)/g;

/** @param text with `code`, **strong**, *emphasis* and [links](#to); what is not closed stays as it is */
export function richParts(text: string): RichPart[] {
  const parts: RichPart[] = [];
  let end = 0;
  const plain = (to: number): void => {
    if (to > end) parts.push({ kind: 'text', text: text.slice(end, to) });
  };
  for (const match of text.matchAll(MARKED)) {
    plain(match.index);
    const { href, ...marked } = match.groups!;
    const [kind, inner] = Object.entries(marked).find(([, inner]) => inner !== undefined)!;
    parts.push({ kind: kind as RichPart['kind'], text: inner, ...(href === undefined ? {} : { href }) });
    end = match.index + match[0].length;
  }
  plain(text.length);
  return parts;
}
