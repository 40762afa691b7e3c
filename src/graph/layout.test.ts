import { describe, expect, it } from 'vitest';
import { fuse } from './fuse';
import { layoutOf } from './layout';
import { resnet18 } from './resnet18';
import type { Graph } from './types';

const fused = fuse(resnet18()).graph;
const all = [1, 2, 5, 9, 14, 100];

const rowsOf = (graph: Graph, width: number): string[][] => {
  const { places, rows } = layoutOf(graph, width);
  return rows.map((_, row) => graph.nodes.map(({ id }) => id).filter((id) => places.get(id)!.row === row));
};

describe('a drawing’s layout', () => {
  it.each(all)('at %i columns: each node has a place of its own, after all that it reads', (width) => {
    for (const graph of [resnet18(), fused]) {
      const { places, rows } = layoutOf(graph, width);
      expect(new Set([...places.values()].map((place) => JSON.stringify(place))).size).toBe(graph.nodes.length);
      for (const { id, inputs } of graph.nodes) {
        const place = places.get(id)!;
        expect(place.column).toBeLessThan(rows[place.row].columns);
        expect(place.lane).toBeLessThan(rows[place.row].lanes);
        for (const input of inputs) {
          const before = places.get(input)!;
          expect(before.row < place.row || (before.row === place.row && before.column < place.column)).toBe(true);
        }
      }
    }
  });

  it.each(all)('at %i columns: one tensor alone goes from a row to the next', (width) => {
    const { places, rows } = layoutOf(resnet18(), width);
    for (let row = 0; row + 1 < rows.length; row++) {
      const crossing = resnet18().nodes.flatMap(({ id, inputs }) =>
        places.get(id)!.row > row ? inputs.filter((input) => places.get(input)!.row <= row) : [],
      );
      expect(new Set(crossing).size).toBe(1);
    }
  });

  it('keeps to the width where a block is no longer, and never cuts a block', () => {
    // A block of the loaded network is seven columns: conv, bn, relu, conv, bn, add, relu.
    const { rows } = layoutOf(resnet18(), 9);
    expect(rows.map(({ columns }) => columns)).toEqual([5, 7, 7, 7, 7, 7, 7, 7, 9, 1]);
    for (const ids of rowsOf(resnet18(), 3)) {
      const skips = ids.filter((id) => id.endsWith('skip_add'));
      for (const id of skips) expect(ids).toContain(id.replace('skip_add', 'conv1'));
    }
  });

  it('has the longest path in lane 0, the downsampling skip beside it, and room for skips without layers', () => {
    const { places, rows } = layoutOf(fused, 100);
    const beside = fused.nodes.filter(({ id }) => places.get(id)!.lane > 0).map(({ id }) => id);
    expect(beside).toEqual([2, 3, 4].map((stage) => `layer${stage}.0.downsample.0`));
    expect(rows).toEqual([{ columns: 38, lanes: 2 }]);
    // Stem and head have nothing beside them.
    expect(layoutOf(fused, 3).rows[0].lanes).toBe(1);
  });

  it('gives branches that run at the same time lanes of their own', () => {
    const out = { h: 1, w: 1, c: 1 };
    const relu = (id: string, ...inputs: string[]) => ({ id, op: 'relu', inputs, out }) as const;
    const add = (id: string, ...inputs: string[]) => ({ id, op: 'add', inputs, out, relu: false }) as const;
    const nodes = [
      { id: 'x', op: 'input', inputs: [], out } as const,
      ...[relu('a', 'x'), relu('b', 'x'), relu('c', 'x'), relu('a2', 'a')],
      ...[add('ab', 'a2', 'b'), add('abc', 'ab', 'c')],
    ];
    const { places, rows } = layoutOf({ name: 'branches', nodes }, 10);
    expect(['a', 'b', 'c'].map((id) => places.get(id)!.lane)).toEqual([0, 1, 2]);
    expect(rows).toEqual([{ columns: 5, lanes: 3 }]);
  });
});
