import type { Patch } from "@automerge/automerge/slim";
import { movePathOnce, type Path, startsWith } from "./path.ts";

/** `remove` code units at `at` are replaced by `insert`. */
export interface Splice {
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
}

/**
 * The smallest splice that makes `after` of `before`. Where several are equally small (typing an "l" into "hello")
 * the one that ends at the caret is right. Never cuts a surrogate pair in half.
 */
export function smallestSplice(before: string, after: string, caret: number = after.length): Splice | null {
  if (before === after) return null;
  const shorter = Math.min(before.length, after.length);
  let tail = 0;
  const tailLimit = Math.min(shorter, after.length - Math.min(caret, after.length));
  while (tail < tailLimit && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  let head = 0;
  while (head < shorter - tail && before[head] === after[head]) head += 1;
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  if (head > 0 && isHighSurrogate(before, head - 1)) head -= 1;
  if (tail > 0 && isLowSurrogate(before, before.length - tail)) tail -= 1;
  return { at: head, remove: before.length - head - tail, insert: after.slice(head, after.length - tail) };
}

function isHighSurrogate(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLowSurrogate(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** Where the text of `path` is after patches (null: gone), and which splices they made in it, in order. */
export function followText(path: Path, patches: readonly Patch[]): { path: Path | null; splices: Splice[] } {
  const splices: Splice[] = [];
  let followed: Path | null = path;
  for (const patch of patches) {
    if (followed === null) break;
    const splice = spliceIn(followed, patch);
    if (splice) splices.push(splice);
    else followed = movePathOnce(followed, patch);
  }
  return { path: followed, splices };
}

function spliceIn(path: Path, patch: Patch): Splice | null {
  if (patch.path.length !== path.length + 1 || !startsWith(patch.path, path)) return null;
  const at = patch.path[path.length] as number;
  if (patch.action === "splice") return { at, remove: 0, insert: patch.value };
  return patch.action === "del" ? { at, remove: patch.length ?? 1, insert: "" } : null;
}

export function applySplices(text: string, splices: readonly Splice[]): string {
  return splices.reduce((done, { at, remove, insert }) => done.slice(0, at) + insert + done.slice(at + remove), text);
}

/** What a text box makes of a text: it knows one kind of line end only. */
export function shownText(text: string): string {
  return text.replace(/\r\n?/g, "\n");
}

/** A splice of the shown text as one of the text itself, in which some line ends are two code units long. */
export function unshownSplice(text: string, splice: Splice): Splice {
  if (!text.includes("\r\n")) return splice;
  const at = unshownIndex(text, splice.at);
  return { ...splice, at, remove: unshownIndex(text, splice.at + splice.remove) - at };
}

function unshownIndex(text: string, shownIndex: number): number {
  let index = 0;
  for (let shown = 0; shown < shownIndex; shown += 1) index += text.startsWith("\r\n", index) ? 2 : 1;
  return index;
}

/** Where a caret is after others' splices: text inserted exactly at the caret goes behind it. */
export function moveCaret(caret: number, splices: readonly Splice[]): number {
  let moved = caret;
  for (const { at, remove, insert } of splices) {
    if (moved <= at) continue;
    moved = moved >= at + remove ? moved - remove + insert.length : at + insert.length;
  }
  return moved;
}
