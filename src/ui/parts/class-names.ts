// What pictures show, in the language in force. Not for which classes there are: the images' own spec.
import type { ImageSpec } from '../../core/image-spec';
import { words } from '../words/words.svelte';

/** By label; a class that the page has no word for keeps its name. */
export const classNames = ({ classes }: ImageSpec): readonly string[] =>
  classes.map((name) => words().common.classes[name] ?? name);
