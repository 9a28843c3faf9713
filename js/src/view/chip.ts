import type { DocumentState } from "../document/live-document.ts";
import type { Report } from "../document/relation.ts";
import type { Access, LinkName } from "../network/server-adapter.ts";

/** All that the words of the server chip depend on. */
export interface ChipFacts {
  readonly link: LinkName;
  readonly access: Access;
  readonly state: DocumentState;
  readonly report: Report | null;
  /** The server's store, not only its memory, is known to have everything. */
  readonly stored: boolean;
  readonly refused: boolean;
  /** Changes have been waiting for the server's confirmation for long. */
  readonly slow: boolean;
}

export type Icon = "wait" | "done" | "send" | "off" | "lock" | "stop";
export type Tone = "calm" | "good" | "busy" | "warn" | "bad";

export interface Chip {
  readonly icon: Icon;
  readonly tone: Tone;
  readonly words: string;
  readonly detail: string;
}

export function changes(count: number): string {
  return count === 1 ? "1 change" : `${count} changes`;
}

/** The server chip never says more than is known: "all changes are on the server" only by ancestry of heads. */
export function chipOf(facts: ChipFacts): Chip {
  const missing = facts.report?.missingThere ?? 0;
  switch (facts.link) {
    case "connecting":
      return { icon: "wait", tone: "calm", words: "connecting…", detail: "Waiting for the server's first answer." };
    case "live":
      return waitingChip(facts) ?? (facts.access === "read" ? readerChip(missing) : writerChip(facts, missing));
    case "offline":
      return away("offline", facts, "off", "The server does not answer. This page goes on trying; edits are kept in this window.");
    case "signed-out":
      return away("signed out", facts, "lock", "The server no longer knows this browser. Log in (another tab will do) and the page goes on by itself.");
    case "not-allowed":
      return blocked("not allowed", facts, "Your account may not use documents on this server.");
    case "absent":
      return blocked("no jupyter_automerge on this server", facts, "The server answers, but its jupyter_automerge extension is not installed or not enabled.");
    case "incompatible":
      return blocked("incompatible versions", facts, "This page and the server speak different protocols. Reload the page; if that does not help, update jupyter_automerge on the server.");
  }
}

function away(what: string, facts: ChipFacts, icon: Icon, detail: string): Chip {
  const missing = facts.report?.missingThere ?? 0;
  const words = !facts.report ? what : missing > 0 ? `${what}: ${changes(missing)} only in this window` : `${what}: edits are kept`;
  return { icon, tone: "warn", words, detail };
}

function readerChip(missing: number): Chip {
  const detail = "You may read this document; the server accepts no changes from you.";
  if (missing > 0)
    return { icon: "lock", tone: "warn", words: `read-only: ${changes(missing)} here ${missing === 1 ? "was" : "were"} not accepted`, detail };
  return { icon: "lock", tone: "calm", words: "read-only", detail };
}

function blocked(what: string, facts: ChipFacts, detail: string): Chip {
  const missing = facts.report?.missingThere ?? 0;
  return { icon: "stop", tone: "bad", words: missing > 0 ? `${what}: ${changes(missing)} only in this window` : what, detail };
}

function waitingChip(facts: ChipFacts): Chip | null {
  if (facts.state === "unavailable")
    return { icon: "stop", tone: "warn", words: "not on the server", detail: "The server and its peers do not have this document. It appears here as soon as one of them does." };
  if (facts.state === "lost")
    return { icon: "stop", tone: "bad", words: "no longer on the server", detail: "The server says that it does not have this document, or not for you. This window still has it." };
  if (facts.state === "fetching" || !facts.report)
    return { icon: "wait", tone: "calm", words: "fetching the document…", detail: "The server was asked for the document." };
  return null;
}

function writerChip(facts: ChipFacts, missing: number): Chip {
  if (facts.refused && missing > 0)
    return { icon: "stop", tone: "bad", words: `${changes(missing)} here ${missing === 1 ? "was" : "were"} not accepted`, detail: "The server refused what this window sent." };
  switch (facts.report?.relation ?? "unknown") {
    case "unknown":
      return { icon: "wait", tone: "calm", words: "asking the server…", detail: "The server has not said yet what it has." };
    case "ahead":
    case "diverged":
      if (facts.slow)
        return { icon: "send", tone: "warn", words: `${changes(missing)} not confirmed by the server`, detail: "They were sent, but the server has not answered for a while. It may be busy, or it may have deleted the document." };
      return { icon: "send", tone: "busy", words: `sending ${changes(missing)}…`, detail: "On the way; not yet confirmed by the server." };
    case "behind":
      return { icon: "wait", tone: "busy", words: "receiving changes…", detail: "All changes of this window are on the server; it has more." };
    case "synced":
      return { icon: "done", tone: "good", words: "all changes are on the server", detail: facts.stored ? "They are saved in its store." : "It has confirmed them; its disk has not been heard from yet." };
  }
}
