// Which pictures of a folder, or of an archive, are of which class: the folder that a picture lies in names it. Not for decoding
// pictures, which a browser does.
import { CLASSES, MOST_IMAGES, quoted } from './refuse';

/** Of a class's name, in letters. */
const LONGEST_NAME = 40;

interface ClassedPicture {
  readonly path: string;
  readonly label: number;
}
export interface RefusedPicture {
  readonly path: string;
  readonly why: string;
}

export interface ClassFolders {
  /** In the order of their names. */
  readonly classes: readonly string[];
  readonly pictures: readonly ClassedPicture[];
  readonly refused: readonly RefusedPicture[];
}

/** What systems and archives put beside pictures: nobody gave it. */
const isLitter = (path: string): boolean =>
  path.split('/').some((part) => part.startsWith('.') || part === '__MACOSX' || part === 'Thumbs.db');

/** The folder that all of it lies in, which names no class; '' where there is none. */
function rootOf(paths: readonly string[]): string {
  const first = paths[0]?.split('/')[0] ?? '';
  return paths.every((path) => path.startsWith(`${first}/`)) ? `${first}/` : '';
}

/**
 * @param paths of the files, folders before them; what begins with a dot is passed over
 * @returns the set, or why there is none
 */
export function classFolders(paths: readonly string[]): ClassFolders | string {
  const there = paths.filter((path) => !isLitter(path));
  const refused: RefusedPicture[] = [];
  const inFolders: { readonly path: string; readonly name: string }[] = [];
  const root = rootOf(there);
  for (const path of there) {
    const name = path.slice(root.length).split('/').at(-2)?.trim().slice(0, LONGEST_NAME);
    if (name) inFolders.push({ path, name });
    else refused.push({ path, why: 'it lies in no folder that would name its class' });
  }
  const classes = [...new Set(inFolders.map(({ name }) => name))].sort();
  if (classes.length < CLASSES.min)
    return classes.length === 0
      ? 'no pictures in class folders are in it'
      : `all pictures lie in one folder, ${quoted(classes[0])}, and each class needs its own`;
  if (classes.length > CLASSES.max) return `it has ${classes.length} class folders; ${CLASSES.max} are the most`;
  if (inFolders.length > MOST_IMAGES)
    return `it has ${inFolders.length.toLocaleString('en')} files; ${MOST_IMAGES.toLocaleString('en')} are the most`;
  return { classes, refused, pictures: inFolders.map(({ path, name }) => ({ path, label: classes.indexOf(name) })) };
}
