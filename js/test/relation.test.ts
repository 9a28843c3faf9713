import assert from "node:assert/strict";
import { test } from "node:test";
import { Evidence } from "../src/document/evidence.ts";
import { type Graph, relate } from "../src/document/relation.ts";
import { standingOf } from "../src/document/standing.ts";

/** A history drawn by hand: each change names its parents. */
function graphOf(parents: Record<string, string[]>): Graph {
  const ancestry = (hash: string): string[] => [hash, ...(parents[hash] ?? []).flatMap(ancestry)];
  return {
    knows: (hash) => hash in parents,
    missingFrom: (known) => Object.keys(parents).filter((hash) => !known.flatMap(ancestry).includes(hash)).length,
  };
}

//  a - b - d      d merges b and c
//    \ c /
const diamond = graphOf({ a: [], b: ["a"], c: ["a"], d: ["b", "c"] });

const cases: ReadonlyArray<[string, string[], string, number | null, number | null]> = [
  ["nothing was heard", [], "unknown", null, null],
  ["the server is where we are", ["d"], "synced", 0, 0],
  ["the server lacks the merge, named by its two heads", ["b", "c"], "ahead", 1, 0],
  ["the order of heads says nothing", ["c", "b"], "ahead", 1, 0],
  ["one head with an ancestor beside it", ["d", "a"], "synced", 0, 0],
  ["the server has only the beginning", ["a"], "ahead", 3, 0],
  ["the server has all of ours and more", ["d", "x"], "behind", 0, 1],
  ["both have something the other lacks", ["b", "x"], "diverged", 2, 1],
  ["only unknown heads: nothing of ours is known to be there", ["x"], "diverged", 4, 1],
];

for (const [story, heard, relation, missingThere, missingHere] of cases)
  test(`${story}: ${relation}, ${missingThere} missing there`, () => {
    assert.deepEqual(relate(diamond, heard), { relation, missingThere, missingHere });
  });

const levels: ReadonlyArray<[string, string[], string[], boolean, string, number | null]> = [
  ["all of it is stored", ["d"], ["d"], true, "stored", 0],
  ["all of it is in memory, the merge not on the disk yet", ["d"], ["b", "c"], true, "received", 1],
  ["all of it is in memory, and nothing was said of the disk", ["d"], [], true, "received", 4],
  ["all of it is in memory, which is the best that it can tell", ["d"], [], false, "received", 0],
  ["memory and disk have a part each", ["b"], ["c"], true, "none", 2],
  ["the union of both counts for what it has", ["b"], ["c"], false, "none", 1],
  ["nothing was heard", [], [], true, "none", null],
];

for (const [story, received, stored, durable, level, unsafe] of levels)
  test(`${story}: ${level}, ${unsafe} not safe there`, () => {
    const standing = standingOf(diamond, { received, stored }, durable);
    assert.deepEqual([standing.level, standing.unsafe], [level, unsafe]);
  });

test("later heads replace earlier ones of the same session", () => {
  const evidence = new Evidence();
  evidence.hear(["a"], "received", diamond);
  evidence.hear(["b"], "received", diamond);
  assert.deepEqual(evidence.heads, ["b"]);
});

test("while the server names a change that we lack, what it had before still counts", () => {
  const evidence = new Evidence();
  evidence.hear(["b", "c"], "received", diamond);
  evidence.hear(["x"], "received", diamond);
  assert.deepEqual(relate(diamond, evidence.heads), { relation: "diverged", missingThere: 1, missingHere: 1 });
});

test("a server that restarted is believed only for what was in its store", () => {
  const evidence = new Evidence();
  evidence.hear(["a"], "stored", diamond);
  evidence.hear(["d"], "received", diamond);
  evidence.forgetSession();
  assert.deepEqual(relate(diamond, evidence.heads), { relation: "ahead", missingThere: 3, missingHere: 0 });
});

test("a store that takes its word back is not believed on, and one that says nothing yet has not", () => {
  const evidence = new Evidence();
  evidence.hear(["d"], "stored", diamond);
  evidence.hear(["d"], "received", diamond);
  evidence.hear([], "received", diamond);
  assert.deepEqual(evidence.reported, { received: ["d"], stored: ["d"] });
  evidence.hear([], "stored", diamond);
  assert.deepEqual(evidence.reported, { received: ["d"], stored: [] });
});

test("news over the other socket add to what was heard, and a late one takes nothing back", () => {
  const evidence = new Evidence();
  evidence.hear(["d"], "stored", diamond);
  evidence.tell({ received: ["b", "c"], stored: ["a"] });
  assert.equal(relate(diamond, evidence.reported.stored).missingThere, 0);
  evidence.forgetSession();
  assert.deepEqual(evidence.reported, { received: [], stored: ["d", "a"] });
});
