import type { DocumentState } from "../document/live-document.ts";
import type { Standing } from "../document/standing.ts";
import type { Access, LinkName } from "../network/server-adapter.ts";
import { changes, type Icon, type Sign, type Tone } from "../peers/sign.ts";

/** All that the words of the server chip depend on. */
export interface ChipFacts {
  readonly link: LinkName;
  readonly access: Access;
  readonly state: DocumentState;
  readonly standing: Standing | null;
  /** Why the server's disk fails, in its words; empty while it is well. */
  readonly trouble: string;
  readonly refused: boolean;
  /** Changes have been waiting for the server's confirmation for long. */
  readonly slow: boolean;
}

export interface Chip extends Sign {
  readonly detail: string;
}

/** The server chip never says more than is known: "all changes are on the server" only by ancestry of heads. */
export function chipOf(facts: ChipFacts): Chip {
  switch (facts.link) {
    case "connecting":
      return { icon: "wait", tone: "calm", words: "connecting…", detail: "Waiting for the server's first answer." };
    case "live":
      return waitingChip(facts) ?? (facts.access === "read" ? readerChip(missingOf(facts)) : writerChip(facts, missingOf(facts)));
    case "offline":
      return away("offline", facts, "off", "warn", "The server does not answer. This page goes on trying; edits are kept in this window.");
    case "signed-out":
      return away("signed out", facts, "lock", "warn", "The server no longer knows this browser. Log in (another tab will do) and the page goes on by itself.");
    case "not-allowed":
      return away("not allowed", facts, "stop", "bad", "Your account may not use documents on this server.");
    case "absent":
      return away("no jupyter_automerge on this server", facts, "stop", "bad", "The server answers, but its jupyter_automerge extension is not installed or not enabled.");
    case "incompatible":
      return away("incompatible versions", facts, "stop", "bad", "This page and the server speak different protocols. Reload the page; if that does not help, update jupyter_automerge on the server.");
  }
}

function missingOf(facts: ChipFacts): number {
  return facts.standing?.missingThere ?? 0;
}

/** Out of reach its memory proves nothing: what counts is what is known to be on its disk (E23). */
function away(what: string, facts: ChipFacts, icon: Icon, tone: Tone, detail: string): Chip {
  const unsafe = facts.standing?.unsafe ?? 0;
  const kept = facts.standing && tone === "warn" ? `${what}: edits are kept` : what;
  return { icon, tone, words: unsafe > 0 ? `${what}: ${changes(unsafe)} not yet on the server` : kept, detail };
}

function readerChip(missing: number): Chip {
  const detail = "You may read this document; the server accepts no changes from you.";
  if (missing > 0)
    return { icon: "lock", tone: "warn", words: `read-only: ${changes(missing)} here ${missing === 1 ? "was" : "were"} not accepted`, detail };
  return { icon: "lock", tone: "calm", words: "read-only", detail };
}

function waitingChip(facts: ChipFacts): Chip | null {
  if (facts.state === "unavailable")
    return { icon: "stop", tone: "warn", words: "not on the server", detail: "The server and its peers do not have this document. It appears here as soon as one of them does." };
  if (facts.state === "lost")
    return { icon: "stop", tone: "bad", words: "no longer on the server", detail: "The server says that it does not have this document, or not for you. This window still has it." };
  if (facts.state === "fetching" || !facts.standing)
    return { icon: "wait", tone: "calm", words: "fetching the document…", detail: "The server was asked for the document." };
  return null;
}

function writerChip(facts: ChipFacts, missing: number): Chip {
  if (facts.refused && missing > 0)
    return { icon: "stop", tone: "bad", words: `${changes(missing)} here ${missing === 1 ? "was" : "were"} not accepted`, detail: "The server refused what this window sent." };
  if (missing > 0) return facts.slow ? unconfirmed(missing) : { icon: "send", tone: "busy", words: `sending ${changes(missing)}…`, detail: "On the way; not yet confirmed by the server." };
  if (facts.standing?.unsafe) return unsaved(facts, facts.standing.unsafe);
  switch (facts.standing?.relation ?? "unknown") {
    case "unknown":
      return { icon: "wait", tone: "calm", words: "asking the server…", detail: "The server has not said yet what it has." };
    case "behind":
      return { icon: "wait", tone: "busy", words: "receiving changes…", detail: "All changes of this window are on the server; it has more." };
    default:
      if (facts.trouble && facts.standing?.level !== "stored") return unsavable(facts.trouble, "anything");
      return { icon: "done", tone: "good", words: "all changes are on the server", detail: detailOfAll(facts) };
  }
}

function unconfirmed(missing: number): Chip {
  const detail = "They were sent, but the server has not answered for a while. It may be busy, or it may have deleted the document.";
  return { icon: "send", tone: "warn", words: `${changes(missing)} not confirmed by the server`, detail };
}

/** The server has them in its memory, and says what is on its disk: that lacks some. */
function unsaved(facts: ChipFacts, unsafe: number): Chip {
  if (facts.trouble) return unsavable(facts.trouble, changes(unsafe));
  const detail = "The server has them in its memory; its disk has not confirmed them yet.";
  if (facts.slow) return { icon: "save", tone: "warn", words: `${changes(unsafe)} not saved by the server yet`, detail };
  return { icon: "save", tone: "busy", words: `the server saves ${changes(unsafe)}…`, detail };
}

function unsavable(trouble: string, what: string): Chip {
  return { icon: "stop", tone: "bad", words: `the server cannot save ${what}`, detail: `In its memory only: ${trouble}` };
}

function detailOfAll({ standing }: ChipFacts): string {
  return standing?.level === "stored" ? "They are saved in its store." : "It has confirmed them; it cannot tell what is on its disk.";
}
