import { countOf, type Kind, kindOf, lineOf } from "../document/kind.ts";
import { keyOf, type Path } from "../document/path.ts";

/** Children of one branch that are shown at first, and how many more each "show more" adds. */
export const PAGE_OF_ROWS = 100;

export interface ValueRow {
  readonly type: "value";
  readonly key: string;
  readonly path: Path;
  readonly name: string;
  readonly level: number;
  readonly position: number;
  readonly setSize: number;
  readonly kind: Kind;
  readonly value: unknown;
  readonly line: string;
  /** For containers: how many children, in words. */
  readonly count: string;
  readonly expandable: boolean;
  readonly open: boolean;
}

export interface MoreRow {
  readonly type: "more";
  readonly key: string;
  readonly path: Path;
  readonly level: number;
  readonly hidden: number;
}

export type Row = ValueRow | MoreRow;

/** What a person opened: branches by key, and how many children of a branch are shown. */
export interface Openness {
  readonly open: ReadonlySet<string>;
  readonly shown: ReadonlyMap<string, number>;
}

export type StoredType = (path: Path) => string | undefined;

/** The rows of a tree: only opened branches are walked, so a document's size does not matter. */
export function rowsOf(root: unknown, base: Path, openness: Openness, storedType: StoredType = () => undefined): Row[] {
  const rows: Row[] = [];
  if (isBranch(root)) addChildren(rows, root, base, 1, openness, storedType);
  else rows.push(valueRow(root, base, String(base.at(-1) ?? "value"), 1, 1, 1, openness, storedType));
  return rows;
}

/** Which branches are open at first: all, as long as the whole stays small. */
export function firstOpen(root: unknown, base: Path, room = 24): Set<string> {
  const open = new Set<string>();
  let level: Array<{ value: object; path: Path }> = isBranch(root) ? [{ value: root, path: base }] : [];
  let left = room - childCount(root);
  while (level.length > 0) {
    const next = level.flatMap(({ value, path }) => branchesIn(value, path));
    for (const { value, path } of next) {
      left -= childCount(value);
      if (left < 0) return open;
      open.add(keyOf(path));
    }
    level = next;
  }
  return open;
}

function addChildren(rows: Row[], branch: object, path: Path, level: number, openness: Openness, storedType: StoredType): void {
  const names = namesIn(branch);
  const shown = openness.shown.get(keyOf(path)) ?? PAGE_OF_ROWS;
  names.slice(0, shown).forEach((name, index) => {
    const value = (branch as Record<string | number, unknown>)[name];
    const row = valueRow(value, [...path, name], String(name), level, index + 1, names.length, openness, storedType);
    rows.push(row);
    if (row.open) addChildren(rows, value as object, row.path, level + 1, openness, storedType);
  });
  if (names.length > shown) rows.push({ type: "more", key: `more${keyOf(path)}`, path, level, hidden: names.length - shown });
}

function valueRow(
  value: unknown, path: Path, name: string, level: number, position: number, setSize: number, openness: Openness, storedType: StoredType,
): ValueRow {
  const key = keyOf(path);
  const kind = kindOf(value, typeof value === "number" ? storedType(path) : undefined);
  const expandable = isBranch(value) && childCount(value) > 0;
  const open = expandable && openness.open.has(key);
  const count = isBranch(value) ? countOf(value) : "";
  return { type: "value", key, path, name, level, position, setSize, kind, value, line: lineOf(value, kind), count, expandable, open };
}

function namesIn(branch: object): Array<string | number> {
  return Array.isArray(branch) ? Array.from(branch.keys()) : Object.keys(branch);
}

export function childCount(value: unknown): number {
  return isBranch(value) ? (Array.isArray(value) ? value.length : Object.keys(value).length) : 0;
}

function branchesIn(branch: object, path: Path): Array<{ value: object; path: Path }> {
  return namesIn(branch)
    .slice(0, PAGE_OF_ROWS)
    .flatMap((name) => {
      const value = (branch as Record<string | number, unknown>)[name];
      return isBranch(value) && childCount(value) > 0 ? [{ value, path: [...path, name] }] : [];
    });
}

export function isBranch(value: unknown): value is object {
  const kind = kindOf(value);
  return kind === "map" || kind === "list";
}
