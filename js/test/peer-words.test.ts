import assert from "node:assert/strict";
import { test } from "node:test";
import cases from "../../tests/vectors/peer_words.json";
import { isCopy, type PeerFacts } from "../src/peers/facts.ts";
import { reachOf, signOf, whyOf } from "../src/peers/words.ts";

const stored: PeerFacts = {
  link: "connected", relation: "synced", level: "none", missingThere: 0, missingHere: 0, certain: true, stalled: false, durableAcks: true,
  ephemeral: false, denied: false, unavailable: false, sameStore: false, clone: false, trust: "normal", via: [], hearsay: false, reader: false, projection: false, trouble: "",
};

for (const { facts, says, reach, why } of cases)
  test(`${JSON.stringify(facts)}: ${says}`, () => {
    const whole = { ...stored, ...(facts as Partial<PeerFacts>) };
    assert.deepEqual([signOf(whole).words, reachOf(whole), whyOf(whole)], [says, reach, why]);
  });

test("good news is only of stores that have everything as well as they can tell", () => {
  for (const { facts } of cases) {
    const whole = { ...stored, ...(facts as Partial<PeerFacts>) };
    if (signOf(whole).tone === "good") assert.ok(whole.missingThere === 0 && (whole.level === "stored" || !whole.durableAcks), JSON.stringify(facts));
  }
});

test("a copy lasts, has everything, and is neither ours nor distrusted", () => {
  const copies = cases.map(({ facts }) => ({ ...stored, ...(facts as Partial<PeerFacts>) })).filter(isCopy);
  assert.equal(copies.length, 9, "stored, eight times, and one that cannot tell");
  assert.ok(!copies.some(({ projection }) => projection), "a file is no copy");
});
