import type { Patch, Prop } from "@automerge/automerge/slim";

export type Path = readonly Prop[];

export const keyOf = (path: Path): string => JSON.stringify(path);

export function startsWith(path: Path, prefix: Path): boolean {
  return prefix.length <= path.length && prefix.every((prop, index) => path[index] === prop);
}

/** The value at a path of plain data or of a document; undefined when there is none. */
export function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const prop of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, prop)) return undefined;
    value = (value as Record<Prop, unknown>)[prop];
  }
  return value;
}

/**
 * Where a path points after remote patches: an item inserted before ours moves it down. Null when what it pointed
 * at was deleted or replaced.
 */
export function movePath(path: Path, patches: readonly Patch[]): Path | null {
  let moved: Path | null = path;
  for (const patch of patches) {
    if (moved === null) return null;
    moved = movePathOnce(moved, patch);
  }
  return moved;
}

export function movePathOnce(path: Path, patch: Patch): Path | null {
  const at = patch.path.length - 1;
  const container = patch.path.slice(0, at);
  const place = patch.path[at];
  if (at >= path.length || place === undefined || !startsWith(path, container)) return path;
  const own = path[at] as Prop;
  if (patch.action === "put") return own === place ? replaced(path, at) : path;
  if (patch.action === "insert") return shifted(path, at, own, place, patch.values.length);
  if (patch.action === "del") return withoutDeleted(path, at, own, place, patch.length ?? 1);
  return path;
}

/** A new value of the row itself leaves the row; a new value of something above it takes the row away. */
function replaced(path: Path, at: number): Path | null {
  return at === path.length - 1 ? path : null;
}

function shifted(path: Path, at: number, own: Prop, place: Prop, by: number): Path {
  if (typeof own !== "number" || typeof place !== "number" || place > own) return path;
  return path.with(at, own + by);
}

function withoutDeleted(path: Path, at: number, own: Prop, place: Prop, length: number): Path | null {
  if (typeof own !== "number" || typeof place !== "number") return own === place ? null : path;
  if (own < place) return path;
  return own < place + length ? null : path.with(at, own - length);
}
