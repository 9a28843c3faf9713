import { decodeHeads, type UrlHeads } from "@automerge/automerge-repo/slim";
import type { Graph } from "../document/relation.ts";
import { type LastHeard, type Reported, type Standing, standingOf } from "../document/standing.ts";
import { isReachable, type PeerFacts } from "./facts.ts";
import { factsOf, inOrder, named, type Peer, peerOf, sinceOf, toldApart } from "./peer.ts";
import type { Link, LocalRow, PeerRow, PeersNews } from "./row.ts";

/** The page's own server, as the page knows it from its own connection. */
export interface ServerFacts {
  readonly id: string | undefined;
  readonly name: string;
  /** Its host, to tell people where it is. */
  readonly where: string;
  readonly live: boolean;
  readonly since: number;
  /** It reports what is on its disk. */
  readonly stores: boolean;
}

interface Heard {
  readonly row: PeerRow;
  readonly reported: LastHeard;
}

const NOBODY: Reported = { received: [], stored: [] };

/**
 * Who has one document, against the document of this page (E22). Facts about others come from the server, and stay
 * as last heard while it is away (E24); what they lack is counted here, so that it is right without a server too.
 */
export class Roster {
  #heard: readonly Heard[] = [];
  #local: LocalRow = {};
  /** What stores are called that told of others. */
  #names: ReadonlyMap<string, string> = new Map();
  readonly #lackingSince = new Map<string, number>();
  #changedAt: number | null = null;

  /** Returns what the server says of its own store. */
  hear(news: PeersNews): Reported {
    this.#local = news.local ?? {};
    this.#heard = news.rows.map((row) => ({ row, reported: reportedBy(row) }));
    this.#names = new Map(news.rows.map(({ id, name }) => [id, name ?? id.slice(0, 8)]));
    return { received: hashes(this.#local.received), stored: hashes(this.#local.stored) };
  }

  /** It is another server. */
  forget(): void {
    this.#heard = [];
    this.#local = {};
  }

  /** The server's word on its own disk; empty while it is well. */
  get trouble(): string {
    return this.#local.trouble ?? "";
  }

  /** Somebody edited the document here, at this time: whoever lacks something lacks it since then. */
  changed(now: number): void {
    this.#changedAt ??= now;
  }

  /** The server first, then the others; without this page itself. */
  peers(server: ServerFacts, own: string, graph: Graph | null, standing: Standing | null, now: number): Peer[] {
    const user = this.#heard.find(({ row }) => row.peerIds?.includes(own))?.row.user?.username;
    const others = this.#heard
      .filter(({ row }) => row.id !== server.id && row.id !== this.#local.id && !row.peerIds?.includes(own))
      .map((heard) => marked(this.#other(heard, server, graph, now), heard.row, user));
    const all = [this.#server(server, standing, now), ...inOrder(toldApart(others))];
    this.#settle(all);
    return all;
  }

  #server(server: ServerFacts, standing: Standing | null, now: number): Peer {
    const id = server.id ?? this.#local.id ?? "server";
    const link: Link = server.live ? "connected" : "dialing";
    const facts = { ...factsOf({ id, link, durableAcks: server.stores }), ...standing, trouble: this.trouble };
    const lacking = this.#lacking(id, facts, now);
    const since = lacking ?? ({ what: server.live ? "connected" : "cut off", at: new Date(server.since) } as const);
    const who = server.name || this.#local.name || "server";
    return peerOf({ id, who, kind: "server", user: "", where: server.where, since }, facts);
  }

  #other({ row, reported }: Heard, server: ServerFacts, graph: Graph | null, now: number): Peer {
    const claimed = factsOf(row);
    const standing = graph && standingOf(graph, reported, claimed.durableAcks);
    const via = claimed.via.map((id) => this.#names.get(id) ?? id.slice(0, 8));
    const facts: PeerFacts = { ...claimed, ...standing, ...reachedThrough(server, { ...claimed, via }) };
    const since = this.#lacking(row.id, facts, now, row.unsentSince) ?? sinceOf(row, facts.missingThere);
    return peerOf({ ...named(row), since }, facts);
  }

  /** `earlier`: since when it lacks changes of the server's own document, which are ours too. */
  #lacking(id: string, facts: PeerFacts, now: number, earlier?: string | null): Peer["since"] {
    if (!facts.missingThere) {
      this.#lackingSince.delete(id);
      return null;
    }
    const here = this.#lackingSince.get(id) ?? this.#changedAt ?? now;
    const there = earlier ? Date.parse(earlier) : here;
    this.#lackingSince.set(id, here);
    return { what: "lacking", at: new Date(there < here ? there : here) };
  }

  #settle(shown: readonly Peer[]): void {
    const ids = new Set(shown.map(({ id }) => id));
    for (const id of this.#lackingSince.keys()) if (!ids.has(id)) this.#lackingSince.delete(id);
    this.#changedAt = null;
  }
}

/** All but the server are reached through it, and nobody while it is away. */
function reachedThrough(server: ServerFacts, facts: PeerFacts): Pick<PeerFacts, "link" | "via" | "stalled"> {
  if (!server.live) return { link: facts.link === "gone" ? "gone" : "offline", via: [], stalled: false };
  if (!isReachable(facts)) return { link: facts.link, via: [], stalled: false };
  const direct = facts.link === "connected" || facts.via.length === 0;
  return { link: "relayed", via: direct ? [server.name || "the server"] : facts.via, stalled: facts.stalled };
}

/** People know other windows of their own by that, whatever they are logged in as. */
function marked(peer: Peer, { kind, user }: PeerRow, own: string | undefined): Peer {
  const yours = kind === "browser" && own !== undefined && user?.username === own;
  return yours ? { ...peer, kind: "another window of yours", user: "" } : peer;
}

function reportedBy({ heads }: PeerRow): LastHeard {
  if (!heads) return NOBODY;
  const received = [...hashes(heads.received), ...hashes(heads.relayed)];
  return { received, stored: hashes(heads.stored), lastHeard: hashes(heads.lastHeard) };
}

/** In hex, as the document names them; what are no hashes is left out. */
function hashes(heads: readonly string[] | undefined): string[] {
  return (heads ?? []).flatMap((head) => {
    try {
      return decodeHeads([head] as UrlHeads);
    } catch {
      // A claim that names nothing proves nothing.
      return [];
    }
  });
}
