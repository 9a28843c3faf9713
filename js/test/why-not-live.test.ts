import assert from "node:assert/strict";
import { test } from "node:test";
import { dateWords, type NotLiveFacts, whyNotLive } from "../src/view/why-not-live.ts";

const waiting: NotLiveFacts = { server: true, link: "connecting", state: "fetching", coreFailure: null, snapshotOf: null };

const cases: ReadonlyArray<[Partial<NotLiveFacts>, string | null]> = [
  [{}, null],
  [{ snapshotOf: "on Monday" }, "As it was on Monday."],
  [{ server: false }, "There is no Jupyter server here to be live with."],
  [{ link: "offline", snapshotOf: "on Monday" }, "As it was on Monday. The server does not answer; the view becomes live by itself when it does."],
  [{ link: "absent" }, "This server has no jupyter_automerge extension."],
  [{ link: "live", state: "unavailable" }, "The server and its peers do not have this document; it appears here when one of them does."],
  [{ link: "live", coreFailure: "404" }, "The Automerge core could not be loaded: 404."],
];

for (const [facts, words] of cases)
  test(`${JSON.stringify(facts)}: ${words}`, () => assert.equal(whyNotLive({ ...waiting, ...facts }), words));

test("a date is said as a date, anything else as it is written", () => {
  assert.match(dateWords("2026-11-20T10:22:00Z"), /^on .*2026/);
  assert.equal(dateWords("last week"), "on last week");
  assert.equal(dateWords(undefined), "when the notebook was saved");
});
