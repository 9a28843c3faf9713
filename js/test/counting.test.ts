import "./core.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import * as A from "@automerge/automerge/slim";
import { Counting } from "../src/document/counting.ts";

type Plan = { n: number };

test("counts that are moved on with each edit are those of a fresh count", () => {
  let plan = A.change(A.init<Plan>(), (doc) => void (doc.n = 0));
  const counting = new Counting(() => plan);
  const frontiers: A.Heads[] = [A.getHeads(plan)];
  let chance = 7;
  for (let step = 1; step <= 60; step += 1) {
    chance = (chance * 1103515245 + 12345) % 2147483648;
    if (chance % 3 === 0) {
      const theirs = A.change(A.clone(plan), (doc) => void (doc.n = -step));
      frontiers.push(A.getHeads(theirs));
      plan = A.merge(A.change(plan, (doc) => void (doc.n = step)), theirs);
    } else plan = A.change(plan, (doc) => void (doc.n = step));
    if (chance % 2 === 0) frontiers.push(A.getHeads(plan));
    for (const heads of frontiers) {
      const known = heads.filter(counting.knows);
      assert.equal(counting.missingFrom(known), A.getChangesMetaSince(plan, known).length, `step ${step}, seed 7`);
    }
  }
});

test("nothing is known and nothing missing before the document came", () => {
  const counting = new Counting(() => undefined);
  assert.equal(counting.knows("00"), false);
  assert.equal(counting.missingFrom([]), 0);
});
