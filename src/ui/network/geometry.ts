// Where the picture of a network has its nodes and edges, in pixels at the browser's own size of text.
// Not for which column a node is in: src/graph/layout.ts.
import { layoutOf, passesBy } from '../../graph/layout';
import type { Graph } from '../../graph/types';

/** A cell of the picture, and the node in it. */
const CELL = { width: 84, height: 62 };
export const NODE = { width: 72, height: 44 } as const;
/** Beside the rows, where a tensor leaves for the next one or comes from the one before. */
const MARGIN = 14;
const GAP = 14;

interface Drawn {
  readonly id: string;
  /** Of its middle. */
  readonly x: number;
  readonly y: number;
}

export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** In the graph's order. */
  readonly nodes: readonly Drawn[];
  /** Paths of an SVG. */
  readonly edges: readonly { readonly key: string; readonly path: string }[];
}

/** @param available width that the picture may have; a block of the network is never cut */
export function drawingOf(graph: Graph, available: number): Drawing {
  const columns = Math.max(1, Math.floor((available - 2 * MARGIN) / CELL.width));
  const { places, rows } = layoutOf(graph, columns);
  const tops: number[] = [];
  let height = 0;
  for (const { lanes } of rows) {
    tops.push(height);
    height += lanes * CELL.height + GAP;
  }
  const laneY = (row: number, lane: number) => tops[row] + (rows[row].lanes - lane - 0.5) * CELL.height;
  const columnX = (column: number) => MARGIN + (column + 0.5) * CELL.width;
  const nodes = graph.nodes.map(({ id }) => {
    const { row, column, lane } = places.get(id)!;
    return { id, x: columnX(column), y: laneY(row, lane) };
  });
  const edges = graph.nodes.flatMap(({ id, inputs }) => {
    const to = places.get(id)!;
    return inputs.flatMap((input) => {
      const from = places.get(input)!;
      const key = `${input} ${id}`;
      const [x1, y1] = [columnX(to.column) - NODE.width / 2, laneY(to.row, to.lane)];
      const near = from.row === to.row;
      const [x0, y0] = near
        ? [columnX(from.column) + NODE.width / 2, laneY(from.row, from.lane)]
        : [0, laneY(to.row, 0)];
      const path = passesBy(from, to) ? around(x0, y0, x1, y1, laneY(to.row, 1)) : curve(x0, y0, x1, y1);
      if (near) return [{ key, path }];
      const [leaves, y] = [columnX(from.column) + NODE.width / 2, laneY(from.row, from.lane)];
      const end = columnX(rows[from.row].columns - 1) + CELL.width / 2 + MARGIN;
      return [
        { key, path },
        { key: `${key} leaves`, path: `M${leaves} ${y}H${end}` },
      ];
    });
  });
  const widest = Math.max(...rows.map((row) => row.columns));
  return { width: 2 * MARGIN + widest * CELL.width, height: height - GAP, nodes, edges };
}

/** Straight along a lane; from one to another beside the node it leaves for, or comes from, in the lane on the outside. */
function curve(x0: number, y0: number, x1: number, y1: number): string {
  if (y0 === y1) return `M${x0} ${y0}H${x1}`;
  const reach = Math.min(CELL.width / 2, x1 - x0);
  const [from, to] = y1 > y0 ? [x1 - reach, x1] : [x0, x0 + reach];
  const middle = (from + to) / 2;
  return `M${x0} ${y0}H${from}C${middle} ${y0} ${middle} ${y1} ${to} ${y1}H${x1}`;
}

/** Over what lies between, at that height. */
function around(x0: number, y0: number, x1: number, y1: number, y: number): string {
  const reach = Math.min(CELL.width / 2, (x1 - x0) / 3);
  const [rise, fall] = [x0 + reach, x1 - reach];
  const half = reach / 2;
  return `M${x0} ${y0}C${x0 + half} ${y0} ${x0 + half} ${y} ${rise} ${y}H${fall}C${x1 - half} ${y} ${x1 - half} ${y1} ${x1} ${y1}`;
}
