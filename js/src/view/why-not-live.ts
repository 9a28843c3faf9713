import type { DocumentState } from "../document/live-document.ts";
import type { LinkName } from "../network/server-adapter.ts";

export interface NotLiveFacts {
  /** There is a server that this page could be live with. */
  readonly server: boolean;
  readonly link: LinkName;
  readonly state: DocumentState;
  /** Why the Automerge core could not be loaded; null when it could, or is still coming. */
  readonly coreFailure: string | null;
  /** When the snapshot that is shown was made, in words; null when there is none. */
  readonly snapshotOf: string | null;
}

/** What stands for a live document, and why, in one line; null while a first answer is awaited and nothing is shown. */
export function whyNotLive(facts: NotLiveFacts): string | null {
  const shown = facts.snapshotOf === null ? "" : `As it was ${facts.snapshotOf}. `;
  return `${shown}${reasonOf(facts)}`.trim() || null;
}

function reasonOf(facts: NotLiveFacts): string {
  if (!facts.server) return "There is no Jupyter server here to be live with.";
  if (facts.coreFailure !== null) return `The Automerge core could not be loaded: ${facts.coreFailure}.`;
  switch (facts.link) {
    case "offline":
      return "The server does not answer; the view becomes live by itself when it does.";
    case "signed-out":
      return "You are signed out; the view becomes live by itself after you log in.";
    case "absent":
      return "This server has no jupyter_automerge extension.";
    case "not-allowed":
      return "Your account may not read documents on this server.";
    case "incompatible":
      return "Page and server speak different protocol versions.";
    default:
      return facts.state === "unavailable" ? "The server and its peers do not have this document; it appears here when one of them does." : "";
  }
}

/** A date of a snapshot as people say it; what is no date stays as it is written. */
export function dateWords(iso: string | undefined): string {
  if (iso === undefined) return "when the notebook was saved";
  const date = new Date(iso);
  return `on ${Number.isNaN(date.getTime()) ? iso : date.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" })}`;
}
