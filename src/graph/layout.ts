// Where a drawing of a graph has its nodes: columns along the longest path, lanes beside it, broken into rows where nothing
// but one tensor goes on. Not for drawing, nor for what a node shows.
import type { Graph, GraphNode } from './types';

/** Whole numbers from 0. Lane 0 is the longest path; branches beside it have others. */
interface Place {
  readonly row: number;
  /** Within its row. */
  readonly column: number;
  readonly lane: number;
}

export interface GraphLayout {
  /** By node id. */
  readonly places: ReadonlyMap<string, Place>;
  /** How many columns and lanes each row has. A lane is counted where an edge needs it to pass by, too. */
  readonly rows: readonly { readonly columns: number; readonly lanes: number }[];
}

/**
 * @param graph well-formed: see checkGraph
 * @param width columns that a row has at most, unless no single tensor lets it end before
 */
export function layoutOf({ nodes }: Graph, width: number): GraphLayout {
  const columns = columnsOf(nodes);
  const lanes = lanesOf(nodes, columns);
  const starts = rowStarts(nodes, columns, width);
  const rowOf = (column: number) => starts.findLastIndex((start) => start <= column);
  const places = new Map<string, Place>();
  for (const { id } of nodes) {
    const column = columns.get(id)!;
    const row = rowOf(column);
    places.set(id, { row, column: column - starts[row], lane: lanes.get(id)! });
  }
  const last = Math.max(...columns.values());
  const rows = starts.map((start, row) => {
    const inside = nodes.filter(({ id }) => places.get(id)!.row === row);
    const passed = inside.some(({ id, inputs }) =>
      inputs.some((input) => passesBy(places.get(input)!, places.get(id)!)),
    );
    const most = Math.max(...inside.map(({ id }) => places.get(id)!.lane));
    return { columns: (starts[row + 1] ?? last + 1) - start, lanes: Math.max(most, passed ? 1 : 0) + 1 };
  });
  return { places, rows };
}

/** The longest way from the input, in nodes. */
function columnsOf(nodes: readonly GraphNode[]): Map<string, number> {
  const columns = new Map<string, number>();
  for (const { id, inputs } of nodes) columns.set(id, Math.max(-1, ...inputs.map((input) => columns.get(input)!)) + 1);
  return columns;
}

/** 0 along the longest path back from the output; a branch has the first lane that is free where it runs. */
function lanesOf(nodes: readonly GraphNode[], columns: ReadonlyMap<string, number>): Map<string, number> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const lanes = new Map<string, number>();
  for (let node: GraphNode | undefined = nodes.at(-1); node;) {
    lanes.set(node.id, 0);
    const [deepest] = [...node.inputs].sort((a, b) => columns.get(b)! - columns.get(a)!);
    node = byId.get(deepest);
  }
  const taken = new Set<string>();
  for (const { id, inputs } of nodes) {
    if (lanes.has(id)) continue;
    const column = columns.get(id)!;
    let lane = Math.max(1, ...inputs.map((input) => lanes.get(input)!));
    while (taken.has(`${lane} ${column}`)) lane++;
    taken.add(`${lane} ${column}`);
    lanes.set(id, lane);
  }
  return lanes;
}

/** The first column of each row: where several nodes read what goes on, as a block's do, rather than one. */
function rowStarts(nodes: readonly GraphNode[], columns: ReadonlyMap<string, number>, width: number): number[] {
  const last = Math.max(...columns.values());
  const all = waists(nodes, columns, last);
  const starts = [0];
  for (;;) {
    const start = starts.at(-1)!;
    if (last - start + 1 <= width) return starts;
    const ends = all.filter(({ column }) => column >= start && column < last);
    const fitting = ends.filter(({ column }) => column - start + 1 <= width);
    const end = fitting.findLast(({ readers }) => readers > 1) ?? fitting.at(-1) ?? ends[0];
    if (!end) return starts;
    starts.push(end.column + 1);
  }
}

/** Columns of one node that nothing else passes by, and how many read it. */
function waists(nodes: readonly GraphNode[], columns: ReadonlyMap<string, number>, last: number) {
  /** Of each column: where its tensors are read last, by how many, and how many nodes it has. */
  const furthest = new Array<number>(last + 1).fill(0);
  const readers = new Array<number>(last + 1).fill(0);
  const inColumn = new Array<number>(last + 1).fill(0);
  for (const { id, inputs } of nodes) {
    const column = columns.get(id)!;
    inColumn[column]++;
    for (const input of inputs) {
      const from = columns.get(input)!;
      furthest[from] = Math.max(furthest[from], column);
      readers[from]++;
    }
  }
  const found: { readonly column: number; readonly readers: number }[] = [];
  let open = 0;
  for (let column = 0; column <= last; column++) {
    if (open <= column && inColumn[column] === 1) found.push({ column, readers: readers[column] });
    open = Math.max(open, furthest[column]);
  }
  return found;
}

/** Whether an edge has nodes of the longest path between its ends, so that it runs beside them. */
export function passesBy(from: Place, to: Place): boolean {
  const near = from.row === to.row;
  return to.lane === 0 && (!near || from.lane === 0) && to.column - (near ? from.column : -1) > 1;
}
