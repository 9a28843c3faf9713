import type { Peer } from "../peers/peer.ts";
import { element, setAttributes } from "./element.ts";
import { sinceWords } from "./moments.ts";
import { aboutWords, missingHereWords, missingThereWords, PeerTable } from "./peer-table.ts";

/** What the line below the chips shows: one store, all of them, or nothing. */
export type Shown = { readonly peer: string } | "all" | null;

let panels = 0;

/** The line that a chip opens: who, where, since when, what is missing, and why. */
export class PeerDetails {
  readonly id = `jam-details-${(panels += 1)}`;
  readonly element = element("div", { class: "jam-details", id: this.id, hidden: true });
  readonly #table = new PeerTable();
  readonly #list = element("dl");
  #shown = "";

  constructor() {
    this.element.append(this.#list, this.#table.element);
  }

  show(what: Shown, peers: readonly Peer[], whose: string): void {
    const peer = what !== null && what !== "all" ? peers.find(({ id }) => id === what.peer) : undefined;
    this.element.hidden = what !== "all" && !peer;
    this.#table.element.hidden = what !== "all";
    this.#list.hidden = !peer;
    if (what === "all") this.#table.show(peers, `Who has this document, ${whose}`);
    if (peer) this.#showOne(peer, whose);
  }

  #showOne(peer: Peer, whose: string): void {
    const lines = linesOf(peer, whose);
    const key = JSON.stringify(lines);
    if (key === this.#shown) return;
    this.#shown = key;
    setAttributes(this.#list, { "aria-label": peer.who });
    this.#list.replaceChildren(...lines.flatMap(([name, words]) => [element("dt", {}, name), element("dd", {}, words)]));
  }
}

function linesOf(peer: Peer, whose: string): Array<readonly [string, string]> {
  const about = aboutWords(peer);
  const lines: Array<readonly [string, string]> = [
    ["who", about ? `${peer.who}, ${about}` : peer.who],
    ["has", peer.sign.words],
    ["reached", peer.reach],
    ["missing there", missingThereWords(peer)],
    ["missing here", missingHereWords(peer)],
    ["when", sinceWords(peer.since)],
    ["seen", whose],
  ];
  return peer.why ? [...lines.slice(0, -1), ["why", peer.why], ...lines.slice(-1)] : lines;
}
