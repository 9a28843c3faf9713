import "./core.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import * as A from "@automerge/automerge/slim";
import { applySplices, followText, moveCaret, shownText, smallestSplice, type Splice, unshownSplice } from "../src/document/caret.ts";

/** The same numbers each time: a failing case can be run again. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.floor((state / 2147483648) * below);
  };
}

test("the smallest splice rebuilds the text, and is no larger than what was typed", () => {
  const pick = randomFrom(7);
  for (let round = 0; round < 2000; round += 1) {
    const before = Array.from({ length: pick(12) }, () => "ab😀"[pick(3)] ?? "").join("");
    const at = pick(before.length + 1);
    const remove = pick(before.length - at + 1);
    const insert = ["", "a", "ab", "bb"][pick(4)] as string;
    const after = applySplices(before, [{ at, remove, insert }]);
    const splice = smallestSplice(before, after, at + insert.length);
    assert.equal(splice ? applySplices(before, [splice]) : before, after);
    assert.ok(!splice || splice.insert.length <= insert.length + 1, `${JSON.stringify(splice)} for an insert of ${insert}`);
  }
});

const typed: ReadonlyArray<[string, string, string, number, Splice | null]> = [
  ["a letter like its neighbour goes where the caret is", "hello", "helllo", 3, { at: 2, remove: 0, insert: "l" }],
  ["the same at the end of the run", "hello", "helllo", 5, { at: 4, remove: 0, insert: "l" }],
  ["deleting one of two equal letters", "hello", "helo", 3, { at: 3, remove: 1, insert: "" }],
  ["replacing a selection", "one two", "one 2", 5, { at: 4, remove: 3, insert: "2" }],
  ["an emoji is one piece, even when its neighbour shares half of it", "😀", "😁", 2, { at: 0, remove: 2, insert: "😁" }],
  ["nothing", "same", "same", 2, null],
];

for (const [story, before, after, caret, splice] of typed)
  test(`smallest splice: ${story}`, () => assert.deepEqual(smallestSplice(before, after, caret), splice));

test("a caret stays between the same letters, whatever others splice", () => {
  const pick = randomFrom(11);
  for (let round = 0; round < 2000; round += 1) {
    const letters = Array.from({ length: 8 }, (_, index) => String(index));
    const caret = pick(9);
    letters.splice(caret, 0, "|");
    const splices: Splice[] = [];
    for (let count = pick(4); count > 0; count -= 1) splices.push(spliceAround(letters, pick));
    assert.equal(moveCaret(caret, splices), letters.indexOf("|"), JSON.stringify({ caret, splices }));
  }
});

/** A random splice, done by hand on letters with a bar for the caret: text put in exactly at the bar goes behind it. */
function spliceAround(letters: string[], pick: (below: number) => number): Splice {
  const length = letters.length - 1;
  const at = pick(length + 1);
  const remove = pick(length - at + 1);
  const bar = letters.indexOf("|");
  const before = letters.filter((letter, index) => letter !== "|" && (index < bar ? index : index - 1) < at);
  const after = letters.filter((letter, index) => letter !== "|" && (index < bar ? index : index - 1) >= at + remove);
  const insert = "x".repeat(pick(3));
  const whole = [...before, ...insert, ...after];
  const moved = bar <= at ? bar : bar >= at + remove ? bar - remove + insert.length : at + insert.length;
  whole.splice(moved, 0, "|");
  letters.splice(0, letters.length, ...whole);
  return { at, remove, insert };
}

test("typing into a text with two-part line ends leaves them as they are", () => {
  const text = "one\r\ntwo\rthree\r\n";
  const shown = shownText(text);
  assert.equal(shown, "one\ntwo\nthree\n");
  for (let at = 0; at <= shown.length; at += 1) {
    const splice = unshownSplice(text, { at, remove: 0, insert: "x" });
    assert.equal(shownText(applySplices(text, [splice])), `${shown.slice(0, at)}x${shown.slice(at)}`);
  }
  assert.equal(applySplices(text, [unshownSplice(text, { at: 3, remove: 1, insert: "" })]), "onetwo\rthree\r\n");
});

test("remote edits of a text whose list moves under it arrive as splices at the new place", () => {
  const mine = A.from({ tasks: [{ text: "write the plan" }, { text: "other" }] });
  const theirs = A.change(A.clone(mine), (root) => {
    A.splice(root, ["tasks", 0, "text"], 5, 0, " down");
    root.tasks.unshift({ text: "first of all" });
    A.splice(root, ["tasks", 1, "text"], 0, 5, "Put");
  });
  const merged = A.merge(A.clone(mine), theirs);
  const patches = A.diff(merged, A.getHeads(mine), A.getHeads(merged));
  const { path, splices } = followText(["tasks", 0, "text"], patches);
  assert.deepEqual(path, ["tasks", 1, "text"]);
  assert.equal(applySplices("write the plan", splices), merged.tasks[1]?.text);
});

test("a text that others deleted is gone", () => {
  const mine = A.from({ tasks: [{ text: "write" }] });
  const merged = A.change(A.clone(mine), (root) => root.tasks.splice(0, 1));
  assert.equal(followText(["tasks", 0, "text"], A.diff(merged, A.getHeads(mine), A.getHeads(merged))).path, null);
});
