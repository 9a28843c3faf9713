import "./core.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Patch } from "@automerge/automerge/slim";
import { keyOf, movePath, type Path } from "../src/document/path.ts";
import { moveFor } from "../src/tree/moves.ts";
import { firstOpen, type Openness, PAGE_OF_ROWS, type Row, rowsOf } from "../src/tree/rows.ts";

const plan = { title: "Plan", tasks: [{ text: "write" }, { text: "read" }], empty: {} };
const closed: Openness = { open: new Set(), shown: new Map() };

function opening(...paths: Path[]): Openness {
  return { open: new Set(paths.map(keyOf)), shown: new Map() };
}

function outline(rows: readonly Row[]): string[] {
  return rows.map((row) => (row.type === "more" ? `${row.level} +${row.hidden}` : `${row.level} ${row.name}${row.open ? "▾" : row.expandable ? "▸" : ""}`));
}

test("a closed tree shows the first level only", () => {
  assert.deepEqual(outline(rowsOf(plan, [], closed)), ["1 title", "1 tasks▸", "1 empty"]);
});

test("opened branches show their children, with level, position and size of the set", () => {
  const rows = rowsOf(plan, [], opening(["tasks"], ["tasks", 1]));
  assert.deepEqual(outline(rows), ["1 title", "1 tasks▾", "2 0▸", "2 1▾", "3 text", "1 empty"]);
  const second = rows[3];
  assert.ok(second?.type === "value");
  assert.deepEqual([second.position, second.setSize], [2, 2]);
});

test("a view of a part of a document keeps the whole path", () => {
  const [row] = rowsOf(plan.tasks, ["tasks"], closed);
  assert.deepEqual(row?.path, ["tasks", 0]);
  assert.deepEqual(outline(rowsOf("Plan", ["title"], closed)), ["1 title"]);
});

test("a branch with many children shows a page of them, and more when asked", () => {
  const many = { items: Array.from({ length: 1000 }, (_, index) => index) };
  const some = rowsOf(many, [], opening(["items"]));
  assert.equal(some.length, 1 + PAGE_OF_ROWS + 1);
  assert.deepEqual(outline(some.slice(-1)), [`2 +${1000 - PAGE_OF_ROWS}`]);
  const more = rowsOf(many, [], { ...opening(["items"]), shown: new Map([[keyOf(["items"]), 990]]) });
  assert.deepEqual(outline(more.slice(-1)), ["2 +10"]);
});

test("a small document is open at first, a large one is not", () => {
  assert.deepEqual([...firstOpen(plan, [])], [["tasks"], ["tasks", 0], ["tasks", 1]].map(keyOf));
  assert.deepEqual([...firstOpen({ items: Array.from({ length: 1000 }, () => ({ a: 1 })) }, [])], []);
});

const insert = (path: Path, count: number): Patch => ({ action: "insert", path: [...path], values: Array.from({ length: count }, () => 0) });
const del = (path: Path, length = 1): Patch => ({ action: "del", path: [...path], length });
const put = (path: Path): Patch => ({ action: "put", path: [...path], value: 1 });

const moves: ReadonlyArray<[string, Path, Patch[], Path | null]> = [
  ["items inserted before", ["l", 3, "t"], [insert(["l", 1], 2)], ["l", 5, "t"]],
  ["an item inserted right there", ["l", 3], [insert(["l", 3], 1)], ["l", 4]],
  ["items inserted after", ["l", 3], [insert(["l", 4], 1)], ["l", 3]],
  ["items deleted before", ["l", 3], [del(["l", 0], 2)], ["l", 1]],
  ["the item itself deleted", ["l", 3, "t"], [del(["l", 2], 2)], null],
  ["another list", ["l", 3], [del(["m", 0], 2)], ["l", 3]],
  ["a key deleted", ["m", "k"], [del(["m", "k"])], null],
  ["the value replaced", ["m", "k"], [put(["m", "k"])], ["m", "k"]],
  ["the branch above replaced", ["m", "k"], [put(["m"])], null],
  ["one after the other", ["l", 1], [insert(["l", 0], 3), del(["l", 0], 1)], ["l", 3]],
  ["letters deleted in a text", ["l", 0], [del(["l", 0, 2], 1)], ["l", 0]],
];

for (const [story, path, patches, moved] of moves)
  test(`a row after ${story}`, () => assert.deepEqual(movePath(path, patches), moved));

const rows = rowsOf(plan, [], opening(["tasks"], ["tasks", 0]));
// 0 title, 1 tasks▾, 2 0▾, 3 text, 4 1▸, 5 empty

const keys: ReadonlyArray<[string, number, ReturnType<typeof moveFor>]> = [
  ["ArrowDown", 0, { type: "focus", index: 1 }],
  ["ArrowDown", 5, { type: "focus", index: 5 }],
  ["ArrowUp", 0, { type: "focus", index: 0 }],
  ["Home", 4, { type: "focus", index: 0 }],
  ["End", 0, { type: "focus", index: 5 }],
  ["ArrowRight", 4, { type: "open" }],
  ["ArrowRight", 1, { type: "focus", index: 2 }],
  ["ArrowRight", 3, null],
  ["ArrowLeft", 1, { type: "close" }],
  ["ArrowLeft", 3, { type: "focus", index: 2 }],
  ["ArrowLeft", 4, { type: "focus", index: 1 }],
  ["ArrowLeft", 0, null],
  ["Enter", 0, { type: "edit" }],
  ["Enter", 4, { type: "open" }],
  ["F2", 3, { type: "edit" }],
  ["F2", 1, null],
  ["d", 0, null],
];

for (const [key, index, move] of keys) test(`${key} on row ${index}`, () => assert.deepEqual(moveFor(key, rows, index), move));
