import type { DocumentId } from "@automerge/automerge-repo/slim";
import type { Level } from "../document/standing.ts";
import type { Relation } from "../document/relation.ts";

export type Link = "connected" | "relayed" | "dialing" | "offline" | "gone";

export interface RowUser {
  readonly username?: string;
  readonly name?: string;
}

/** Heads as rows carry them, in base58: what a store is known to have, by how it became known. */
export interface RowHeads {
  readonly received?: readonly string[];
  readonly relayed?: readonly string[];
  readonly stored?: readonly string[];
  readonly lastHeard?: readonly string[];
}

/**
 * One store regarding one document, as a Repo in Python describes it. `relation`, `level` and what is missing are
 * against *its* document; against ours they are computed here, from `heads`.
 */
export interface PeerRow {
  readonly id: string;
  readonly name?: string;
  readonly kind?: string;
  readonly user?: RowUser | null;
  readonly link?: Link;
  readonly relation?: Relation;
  readonly activity?: "idle" | "active" | "stalled";
  readonly level?: Level;
  readonly trust?: string;
  readonly missingThere?: number | null;
  readonly missingHere?: number | null;
  readonly certain?: boolean;
  readonly asOf?: string | null;
  readonly unsentSince?: string | null;
  readonly via?: readonly string[];
  readonly sameStore?: boolean;
  readonly ephemeral?: boolean;
  readonly clone?: boolean;
  readonly reader?: boolean;
  readonly projection?: boolean;
  readonly trouble?: string;
  readonly durableAcks?: boolean;
  readonly denied?: boolean;
  readonly unavailable?: boolean;
  readonly clockAhead?: boolean;
  readonly peerIds?: readonly string[];
  readonly heads?: RowHeads;
}

/** The server's own store. */
export interface LocalRow {
  readonly id?: string;
  readonly name?: string;
  readonly received?: readonly string[];
  readonly stored?: readonly string[];
  /** Why it cannot write, in words; empty while it can. */
  readonly trouble?: string;
}

/** What the server says of one document, whole: the newest replaces all before. */
export interface PeersNews {
  readonly documentId: DocumentId;
  readonly local?: LocalRow;
  readonly rows: readonly PeerRow[];
}

/** What a document's safety is called in one word, with a sentence for people. */
export interface Summary {
  readonly state: string;
  readonly copies?: number;
  readonly words: string;
}
