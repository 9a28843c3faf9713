import type { PeerFacts } from "./facts.ts";
import type { PeerRow } from "./row.ts";
import type { Sign } from "./sign.ts";
import { reachOf, signOf, whyOf } from "./words.ts";

/** "lacking": since when it lacks changes of ours. "heard": when it last told what it has. */
export interface Since {
  readonly what: "lacking" | "heard" | "connected" | "cut off";
  readonly at: Date;
}

/** One store as views show it: who, where, what it has, since when, and why it is not safe. */
export interface Peer {
  readonly id: string;
  readonly who: string;
  readonly kind: string;
  readonly user: string;
  /** The address it is reached at, where one is known here. */
  readonly where: string;
  readonly facts: PeerFacts;
  readonly sign: Sign;
  readonly reach: string;
  readonly why: string;
  readonly since: Since | null;
}

export function peerOf(about: Pick<Peer, "id" | "who" | "kind" | "user" | "where" | "since">, facts: PeerFacts): Peer {
  return { ...about, facts, sign: signOf(facts), reach: reachOf(facts), why: whyOf(facts) };
}

/** A row as a Repo in Python sees it: its relation is against that Repo's document. */
export function peerOfRow(row: PeerRow): Peer {
  const facts = factsOf(row);
  return peerOf({ ...named(row), since: sinceOf(row, facts.missingThere) }, facts);
}

export function named(row: PeerRow): Pick<Peer, "id" | "who" | "kind" | "user" | "where"> {
  const user = row.user?.name || row.user?.username || "";
  // Python tells equal names apart by ids, this page's own name among them; people know users better.
  const name = row.name?.replace(` (${row.id.slice(0, 8)})`, "");
  return { id: row.id, who: name || row.kind || "a peer", kind: row.kind ?? "", user, where: "" };
}

export function factsOf(row: PeerRow): PeerFacts {
  return {
    link: row.link ?? "offline",
    relation: row.relation ?? "unknown",
    level: row.level ?? "none",
    missingThere: row.missingThere ?? null,
    missingHere: row.missingHere ?? null,
    certain: row.certain ?? true,
    stalled: row.activity === "stalled",
    durableAcks: row.durableAcks ?? false,
    ephemeral: row.ephemeral ?? false,
    denied: row.denied ?? false,
    unavailable: row.unavailable ?? false,
    sameStore: row.sameStore ?? false,
    clone: row.clone ?? false,
    trust: row.trust ?? "normal",
    via: row.via ?? [],
    hearsay: (row.via ?? []).length > 0 && row.link !== "connected",
    reader: row.reader ?? false,
    projection: row.projection ?? false,
    trouble: row.trouble ?? "",
  };
}

export function sinceOf(row: PeerRow, missingThere: number | null): Since | null {
  if (missingThere && row.unsentSince) return { what: "lacking", at: new Date(row.unsentSince) };
  return row.asOf ? { what: "heard", at: new Date(row.asOf) } : null;
}

/** Names that occur twice are told apart by their users, and where that does not help, by their ids. */
export function toldApart(peers: readonly Peer[]): Peer[] {
  const byUser = renamed(peers, (peer) => (peer.user ? `${peer.who} of ${peer.user}` : peer.who));
  return renamed(byUser, (peer) => `${peer.who} (${peer.id.slice(0, 6)})`);
}

function renamed(peers: readonly Peer[], name: (peer: Peer) => string): Peer[] {
  const counts = new Map<string, number>();
  for (const { who } of peers) counts.set(who, (counts.get(who) ?? 0) + 1);
  return peers.map((peer) => ((counts.get(peer.who) ?? 0) > 1 ? { ...peer, who: name(peer) } : peer));
}

/** The nearest first, lasting stores before windows, files last; otherwise as they are called, so that they stay in place. */
export function inOrder(peers: readonly Peer[]): Peer[] {
  const rank = ({ facts }: Peer): number =>
    facts.projection ? 6 : (facts.link === "connected" ? 0 : facts.link === "relayed" ? 2 : 4) + (facts.ephemeral ? 1 : 0);
  return [...peers].sort((left, right) => rank(left) - rank(right) || left.who.localeCompare(right.who) || left.id.localeCompare(right.id));
}
