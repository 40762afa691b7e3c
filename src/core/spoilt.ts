// Every way a plain value may come damaged from outside: for tests of schemas. Not for values within bounds.

export interface Spoilt {
  /** What was done, e.g. 'q.scale: NaN'. */
  readonly how: string;
  /** Where, as messages name it: 'tensors[0].shape'. */
  readonly field: string;
  readonly value: unknown;
}

type Path = readonly (string | number)[];
type Node = Record<string | number, unknown>;

const OTHERS: readonly unknown[] = [null, undefined, {}, [], 'text', 1, true, NaN, Infinity, -Infinity, 7n];
const FOREIGN_KEYS = ['extra', '__proto__', 'constructor', 'toString'];
const kindOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) || ArrayBuffer.isView(value) ? 'list' : typeof value;
/** A number field takes no NaN and no infinity, whatever its bounds. */
const isOther = (value: unknown, of: unknown): boolean =>
  kindOf(value) !== kindOf(of) || (typeof value === 'number' && !Number.isFinite(value));
const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && !ArrayBuffer.isView(value);

/** 'tensors[0].shape'; 'it' for the whole. */
const fieldName = (path: Path): string =>
  path.reduce((at: string, key) => (typeof key === 'number' ? `${at}[${key}]` : at ? `${at}.${key}` : key), '') || 'it';

/** A copy of the value in which the field at `path` is another; missing when `to` is not given. */
export function replaced(value: unknown, path: Path, ...to: [to?: unknown]): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return to[0];
  const copy = (Array.isArray(value) ? [...value] : { ...(value as Node) }) as Node;
  if (rest.length > 0) copy[key] = replaced(copy[key], rest, ...to);
  else if (to.length > 0) Object.defineProperty(copy, key, { value: to[0], enumerable: true });
  else delete copy[key];
  return copy;
}

/**
 * The value with each field in turn missing, of another type, NaN or infinite, and each object with keys it does not
 * have. @param open objects that pass over other keys, by field name; @param optional fields that may be missing
 */
export function spoilt(
  whole: unknown,
  { open = [], optional = [] }: { open?: readonly string[]; optional?: readonly string[] } = {},
): Spoilt[] {
  const visit = (value: unknown, path: Path): Spoilt[] => {
    const field = fieldName(path);
    const may = optional.includes(field);
    const others = OTHERS.filter((other) => isOther(other, value) && !(may && other === undefined)).map((other) => ({
      how: `${field}: ${kindOf(other)} ${String(other)}`,
      field,
      value: replaced(whole, path, other),
    }));
    const parentIsList = typeof path.at(-1) === 'number';
    if (path.length > 0 && !parentIsList && !may)
      others.push({ how: `${field}: missing`, field, value: replaced(whole, path) });
    if (!isNode(value)) return others;
    if (Array.isArray(value)) return [...others, ...value.slice(0, 1).flatMap((item) => visit(item, [...path, 0]))];
    const foreign = (open.includes(field) ? [] : FOREIGN_KEYS).map((key) => ({
      how: `${field}: key ${key}`,
      field: fieldName([...path, key]),
      value: replaced(whole, [...path, key], 5),
    }));
    return [...others, ...foreign, ...Object.keys(value).flatMap((key) => visit(value[key], [...path, key]))];
  };
  return visit(whole, []);
}
