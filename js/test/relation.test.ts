import assert from "node:assert/strict";
import { test } from "node:test";
import { Evidence } from "../src/document/evidence.ts";
import { type Graph, relate } from "../src/document/relation.ts";

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

const cases: ReadonlyArray<[string, string[], string, number | null]> = [
  ["nothing was heard", [], "unknown", null],
  ["the server is where we are", ["d"], "synced", 0],
  ["the server lacks the merge, named by its two heads", ["b", "c"], "ahead", 1],
  ["the order of heads says nothing", ["c", "b"], "ahead", 1],
  ["one head with an ancestor beside it", ["d", "a"], "synced", 0],
  ["the server has only the beginning", ["a"], "ahead", 3],
  ["the server has all of ours and more", ["d", "x"], "behind", 0],
  ["both have something the other lacks", ["b", "x"], "diverged", 2],
  ["only unknown heads: nothing of ours is known to be there", ["x"], "diverged", 4],
];

for (const [story, heard, relation, missingThere] of cases)
  test(`${story}: ${relation}, ${missingThere} missing there`, () => {
    assert.deepEqual(relate(diamond, heard), { relation, missingThere });
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
  assert.deepEqual(relate(diamond, evidence.heads), { relation: "diverged", missingThere: 1 });
});

test("a server that restarted is believed only for what was in its store", () => {
  const evidence = new Evidence();
  evidence.hear(["a"], "stored", diamond);
  evidence.hear(["d"], "received", diamond);
  evidence.forgetSession();
  assert.deepEqual(relate(diamond, evidence.heads), { relation: "ahead", missingThere: 3 });
});
