import assert from "node:assert/strict";
import { test } from "node:test";
import { type DocumentId, encodeHeads } from "@automerge/automerge-repo/slim";
import { type Graph } from "../src/document/relation.ts";
import { standingOf } from "../src/document/standing.ts";
import type { Peer } from "../src/peers/peer.ts";
import { Roster, type ServerFacts } from "../src/peers/roster.ts";
import type { PeerRow } from "../src/peers/row.ts";
import { summaryOf } from "../src/peers/summary.ts";

/** A history in a line: change number n stands on all before it. */
class Line implements Graph {
  length = 3;
  readonly hash = (number: number): string => number.toString(16).padStart(64, "0");
  readonly knows = (hash: string): boolean => Number.parseInt(hash, 16) <= this.length;
  readonly missingFrom = (known: readonly string[]): number => this.length - Math.max(0, ...known.map((hash) => Number.parseInt(hash, 16)));
  readonly heads = (number: number): string[] => [...encodeHeads([this.hash(number)])];
}

const NOW = Date.parse("2026-11-23T12:00:00Z");
const DOCUMENT = "doc" as DocumentId;
const server: ServerFacts = { id: "lab", name: "lab server", where: "lab:8888", live: true, since: NOW - 60_000, stores: true };
const kernel: PeerRow = { id: "kernel", name: "plan.ipynb", kind: "kernel", link: "connected", durableAcks: false, ephemeral: true, peerIds: ["kernel-1"] };
const attic: PeerRow = { id: "attic", name: "attic", kind: "server", link: "offline", durableAcks: true, asOf: "2026-11-20T08:00:00Z" };

/** What Alice's page shows of them, with the server having stored change number `stored`. */
function shownBy(roster: Roster, line: Line, stored: number, at: Partial<ServerFacts> = {}, now = NOW): Peer[] {
  const standing = standingOf(line, { received: [], stored: [line.hash(stored)] }, true);
  return roster.peers({ ...server, ...at }, "browser-alice", line, standing, now);
}

function words(peers: readonly Peer[]): string[] {
  return peers.map((peer) => `${peer.who}: ${peer.sign.words}, ${peer.reach}`);
}

function rosterOf(line: Line, ...rows: PeerRow[]): Roster {
  const roster = new Roster();
  roster.hear({ documentId: DOCUMENT, local: { id: "lab", stored: line.heads(3), received: line.heads(3) }, rows });
  return roster;
}

test("the server, the kernel and a store that is away, each against this window's document", () => {
  const line = new Line();
  const roster = rosterOf(line, { ...attic, heads: { stored: line.heads(1) } }, { ...kernel, heads: { received: line.heads(3) } });
  assert.deepEqual(words(shownBy(roster, line, 3)), [
    "lab server: has everything, stored, connected",
    "plan.ipynb: has everything, in memory, through lab server",
    "attic: lacks 2 changes, out of reach",
  ]);
});

test("a store that came back, and has not said yet what it has, is shown as last heard and counts for nothing", () => {
  const line = new Line();
  const plain = { ...attic, durableAcks: false, link: "connected" } as const;
  const came = shownBy(rosterOf(line, { ...plain, heads: { lastHeard: line.heads(3) } }), line, 1);
  assert.equal(words(came)[1], "attic: had everything before it came back, through lab server");
  assert.notEqual(summaryOf(came, null).state, "safe");
  const spoke = shownBy(rosterOf(line, { ...plain, heads: { received: line.heads(3) } }), line, 1);
  assert.equal(summaryOf(spoke, null).state, "safe");
});

test("a file written from the document has a row of its own, after the stores, and is no copy", () => {
  const line = new Line();
  const file: PeerRow = { id: "file:/lab/plan.json", name: "plan.json", kind: "file", projection: true, durableAcks: true };
  const written = shownBy(rosterOf(line, { ...file, link: "connected", heads: { stored: line.heads(3) } }, kernel), line, 1);
  assert.deepEqual(words(written).slice(1), ["plan.ipynb: has told nothing yet, through lab server", "plan.json: has everything, written, a file, through lab server"]);
  assert.notEqual(summaryOf(written, null).state, "safe");
  const behind = shownBy(rosterOf(line, { ...file, link: "offline", trouble: "no space left", heads: { stored: line.heads(1) } }), line, 3);
  assert.equal(words(behind)[1], "plan.json: lacks 2 changes, and cannot be written, a file");
  assert.equal(behind[1]?.why, "It cannot be written: no space left.");
});

test("an edit counts for everybody at once, whatever the server's rows say", () => {
  const line = new Line();
  const roster = rosterOf(line, { ...kernel, missingThere: 0, relation: "synced", heads: { received: line.heads(3) } });
  line.length = 5;
  roster.changed(NOW - 1000);
  const peers = shownBy(roster, line, 3);
  assert.deepEqual(peers.map(({ facts }) => facts.missingThere), [2, 2]);
  assert.deepEqual(peers.map(({ since }) => since), [{ what: "lacking", at: new Date(NOW - 1000) }, { what: "lacking", at: new Date(NOW - 1000) }]);
});

test("without a server the others stay as last heard, out of reach, and edits go on counting", () => {
  const line = new Line();
  const roster = rosterOf(line, { ...kernel, heads: { received: line.heads(3) } });
  line.length = 6;
  assert.deepEqual(words(shownBy(roster, line, 3, { live: false })), [
    "lab server: lacks 3 changes, out of reach, being dialed",
    "plan.ipynb: lacks 3 changes, out of reach",
  ]);
});

test("since when something lacks is kept until it has everything, and begins anew after that", () => {
  const line = new Line();
  const roster = rosterOf(line);
  line.length = 4;
  roster.changed(NOW);
  shownBy(roster, line, 3, {}, NOW + 10);
  line.length = 5;
  roster.changed(NOW + 5000);
  assert.equal(shownBy(roster, line, 3, {}, NOW + 6000)[0]?.since?.at.getTime(), NOW);
  assert.equal(shownBy(roster, line, 5, {}, NOW + 7000)[0]?.since?.what, "connected");
  line.length = 6;
  roster.changed(NOW + 8000);
  assert.equal(shownBy(roster, line, 5, {}, NOW + 9000)[0]?.since?.at.getTime(), NOW + 8000);
});

test("this page itself is nobody else", () => {
  const line = new Line();
  const roster = rosterOf(line, { ...kernel, id: "own", name: "Chrome", peerIds: ["browser-alice"] });
  assert.equal(shownBy(roster, line, 3).length, 1);
});

test("two windows of one name are told apart by their users, or else by their ids", () => {
  const line = new Line();
  const window = (id: string, user: string): PeerRow => ({ ...kernel, id, name: "Chrome on Linux", kind: "browser", peerIds: [id], user: { name: user } });
  const named = (...rows: PeerRow[]): string[] => shownBy(rosterOf(line, ...rows), line, 3).slice(1).map(({ who }) => who);
  assert.deepEqual(named(window("one-1234", "Bob"), window("two-1234", "Carol")), ["Chrome on Linux of Bob", "Chrome on Linux of Carol"]);
  assert.deepEqual(named(window("one-1234", "Bob"), window("two-1234", "Bob")), ["Chrome on Linux of Bob (one-12)", "Chrome on Linux of Bob (two-12)"]);
});

test("another window of the same user is said to be yours, one of somebody else is not", () => {
  const line = new Line();
  const window = (id: string, username: string): PeerRow => ({ ...kernel, id, name: `Chrome, window ${id}`, kind: "browser", peerIds: [id], user: { username, name: username } });
  const peers = shownBy(rosterOf(line, window("browser-alice", "alice"), window("123", "alice"), window("456", "bob")), line, 3).slice(1);
  assert.deepEqual(peers.map(({ who, kind, user }) => [who, kind, user]), [
    ["Chrome, window 123", "another window of yours", ""],
    ["Chrome, window 456", "browser", "bob"],
  ]);
});

test("what are no heads proves nothing", () => {
  const line = new Line();
  const roster = rosterOf(line, { ...kernel, heads: { received: ["nonsense", ...line.heads(2)] } });
  assert.equal(shownBy(roster, line, 3)[1]?.facts.missingThere, 1);
});

test("safe is who has everything in a lasting store; a window's memory makes nobody safe", () => {
  const line = new Line();
  const roster = rosterOf(line, { ...kernel, heads: { received: line.heads(3) } });
  const summary = (stored: number, at: Partial<ServerFacts> = {}): string => {
    const standing = standingOf(line, { received: [line.hash(3)], stored: [line.hash(stored)] }, true);
    const { state, words: said } = summaryOf(roster.peers({ ...server, ...at }, "browser-alice", line, standing, NOW), standing);
    return `${state}: ${said}`;
  };
  assert.equal(summary(3), "safe: one store has everything");
  assert.equal(summary(2), "syncing: 1 change in no store yet");
  assert.equal(summary(2, { live: false }), "unsent: 1 change in no store yet");
});
