import assert from "node:assert/strict";
import { test } from "node:test";
import type { Standing } from "../src/document/standing.ts";
import { type ChipFacts, chipOf } from "../src/view/chip.ts";

const synced: Standing = { relation: "synced", level: "stored", missingThere: 0, missingHere: 0, certain: true, unsafe: 0 };
const live: ChipFacts = { link: "live", access: "write", state: "ready", standing: synced, trouble: "", refused: false, slow: false };
const ahead: Standing = { ...synced, relation: "ahead", level: "none", missingThere: 3, unsafe: 3 };
const one: Standing = { ...ahead, relation: "diverged", missingThere: 1, missingHere: 1, certain: false, unsafe: 1 };
const received: Standing = { ...synced, level: "received", unsafe: 2 };
const unknown: Standing = { ...synced, relation: "unknown", level: "none", missingThere: null, missingHere: null, unsafe: null };

const cases: ReadonlyArray<[Partial<ChipFacts>, string]> = [
  [{}, "all changes are on the server"],
  [{ standing: { ...received, unsafe: 0 } }, "all changes are on the server"],
  [{ standing: received }, "the server saves 2 changes…"],
  [{ standing: received, slow: true }, "2 changes not saved by the server yet"],
  [{ standing: received, trouble: "no space left" }, "the server cannot save 2 changes"],
  [{ standing: { ...received, unsafe: 0 }, trouble: "no space left" }, "the server cannot save anything"],
  [{ trouble: "no space left" }, "all changes are on the server"],
  [{ standing: ahead }, "sending 3 changes…"],
  [{ standing: one }, "sending 1 change…"],
  [{ standing: one, slow: true }, "1 change not confirmed by the server"],
  [{ standing: unknown }, "asking the server…"],
  [{ standing: { ...synced, relation: "behind", missingHere: 1 } }, "receiving changes…"],
  [{ state: "fetching", standing: null }, "fetching the document…"],
  [{ state: "unavailable", standing: null }, "not on the server"],
  [{ link: "connecting", state: "fetching", standing: null }, "connecting…"],
  [{ link: "offline", state: "fetching", standing: null }, "offline"],
  [{ link: "offline" }, "offline: edits are kept"],
  [{ link: "offline", standing: ahead }, "offline: 3 changes not yet on the server"],
  [{ link: "offline", standing: received }, "offline: 2 changes not yet on the server"],
  [{ link: "offline", standing: unknown }, "offline: edits are kept"],
  [{ link: "signed-out", standing: one }, "signed out: 1 change not yet on the server"],
  [{ link: "not-allowed" }, "not allowed"],
  [{ link: "not-allowed", standing: ahead }, "not allowed: 3 changes not yet on the server"],
  [{ state: "lost", standing: unknown }, "no longer on the server"],
  [{ link: "absent" }, "no jupyter_automerge on this server"],
  [{ link: "incompatible" }, "incompatible versions"],
  [{ access: "read" }, "read-only"],
  [{ access: "read", standing: ahead }, "read-only: 3 changes here were not accepted"],
  [{ refused: true, standing: one }, "1 change here was not accepted"],
];

for (const [facts, words] of cases)
  test(`${JSON.stringify(facts)}: ${words}`, () => assert.equal(chipOf({ ...live, ...facts }).words, words));

test("good news is claimed only when all is there as well as the server can tell", () => {
  const good = cases.filter(([facts]) => chipOf({ ...live, ...facts }).tone === "good");
  assert.ok(good.every(([facts]) => (facts.standing ?? synced).unsafe === 0));
  assert.equal(good.length, 3);
});
