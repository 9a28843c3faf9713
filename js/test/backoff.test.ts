import assert from "node:assert/strict";
import { test } from "node:test";
import { LONGEST_WAIT, SHORTEST_WAIT, waitAfter } from "../src/network/backoff.ts";

test("waits stay between a quarter of a second and ten seconds, whatever chance says", () => {
  for (const chance of [0, 0.3, 0.999999])
    for (let failures = 0; failures < 2000; failures += 1) {
      const wait = waitAfter(failures, () => chance);
      assert.ok(wait >= SHORTEST_WAIT && wait <= LONGEST_WAIT, `after ${failures} failures: ${wait} s`);
    }
});

test("waits grow until the longest, and chance spreads them over half of their length", () => {
  const [early, late] = [0, 0.999999].map((chance) => [0, 2, 4, 9].map((failures) => waitAfter(failures, () => chance)));
  assert.deepEqual(early, [0.25, 0.5, 2, 5]);
  assert.deepEqual(late?.map((wait) => Math.round(wait * 100) / 100), [0.25, 1, 4, 10]);
});
