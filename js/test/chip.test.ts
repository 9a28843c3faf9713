import assert from "node:assert/strict";
import { test } from "node:test";
import { type ChipFacts, chipOf } from "../src/view/chip.ts";

const live: ChipFacts = {
  link: "live", access: "write", state: "ready", report: { relation: "synced", missingThere: 0 }, stored: false, refused: false, slow: false,
};
const ahead = { relation: "ahead", missingThere: 3 } as const;
const one = { relation: "diverged", missingThere: 1 } as const;

const cases: ReadonlyArray<[Partial<ChipFacts>, string]> = [
  [{}, "all changes are on the server"],
  [{ report: ahead }, "sending 3 changes…"],
  [{ report: one }, "sending 1 change…"],
  [{ report: one, slow: true }, "1 change not confirmed by the server"],
  [{ report: { relation: "unknown", missingThere: null } }, "asking the server…"],
  [{ report: { relation: "behind", missingThere: 0 } }, "receiving changes…"],
  [{ state: "fetching", report: null }, "fetching the document…"],
  [{ state: "unavailable", report: null }, "not on the server"],
  [{ link: "connecting", state: "fetching", report: null }, "connecting…"],
  [{ link: "offline", state: "fetching", report: null }, "offline"],
  [{ link: "offline" }, "offline: edits are kept"],
  [{ link: "offline", report: ahead }, "offline: 3 changes only in this window"],
  [{ link: "offline", report: { relation: "unknown", missingThere: null } }, "offline: edits are kept"],
  [{ link: "signed-out", report: one }, "signed out: 1 change only in this window"],
  [{ link: "not-allowed" }, "not allowed"],
  [{ link: "not-allowed", report: ahead }, "not allowed: 3 changes only in this window"],
  [{ state: "lost", report: { relation: "unknown", missingThere: null } }, "no longer on the server"],
  [{ link: "absent" }, "no jupyter_automerge on this server"],
  [{ link: "incompatible" }, "incompatible versions"],
  [{ access: "read" }, "read-only"],
  [{ access: "read", report: ahead }, "read-only: 3 changes here were not accepted"],
  [{ refused: true, report: one }, "1 change here was not accepted"],
];

for (const [facts, words] of cases)
  test(`${JSON.stringify(facts)}: ${words}`, () => assert.equal(chipOf({ ...live, ...facts }).words, words));

test("good news is claimed in one case only", () => {
  const good = cases.filter(([facts]) => chipOf({ ...live, ...facts }).tone === "good");
  assert.deepEqual(good.map(([facts]) => facts), [{}]);
});
