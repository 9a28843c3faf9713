import type { PeerRow } from "../network/events-client.ts";
import type { Chip } from "./chip.ts";
import { element, setText } from "./element.ts";
import { icon } from "./icons.ts";

export interface HeaderFacts {
  readonly title: string;
  readonly chip: Chip;
  readonly peers: readonly PeerRow[];
  /** Address of the document in its own window; null where there is no server. */
  readonly ownWindow: string | null;
  /** Address of the login page while signed out. */
  readonly login: string | null;
}

const SHOWN_PEERS = 3;

/** Title, server chip, other peers, actions. */
export class Header {
  readonly element: HTMLElement;
  readonly #title = element("span", { class: "jam-title" });
  readonly #chip = element("span", { class: "jam-chip" });
  readonly #chipWords = element("span");
  readonly #login = element("a", { class: "jam-link", target: "_blank", rel: "noopener" }, "log in");
  readonly #peers = element("span", { class: "jam-peers" });
  readonly #window = element("a", { class: "jam-button", target: "_blank", rel: "noopener", title: "open in its own window", "aria-label": "open in its own window" }, icon("window"));
  readonly #copy = element("button", { class: "jam-button", type: "button", title: "copy diagnostics", "aria-label": "copy diagnostics" }, icon("copy"));
  #shownIcon = "";

  constructor(copyDiagnostics: () => Promise<void>) {
    this.element = element("div", { class: "jam-header" }, this.#title, this.#chip, this.#login, this.#peers, element("span", { class: "jam-actions" }, this.#copy, this.#window));
    this.#copy.addEventListener("click", () => void this.#copied(copyDiagnostics));
  }

  show(facts: HeaderFacts): void {
    setText(this.#title, facts.title);
    this.#title.title = facts.title;
    this.#showChip(facts.chip);
    this.#login.hidden = facts.login === null;
    if (facts.login !== null) this.#login.href = facts.login;
    this.#window.hidden = facts.ownWindow === null;
    if (facts.ownWindow !== null) this.#window.href = facts.ownWindow;
    this.#showPeers(facts.peers);
  }

  #showChip(chip: Chip): void {
    this.#chip.className = `jam-chip jam-tone-${chip.tone}`;
    this.#chip.title = chip.detail;
    if (this.#shownIcon !== chip.icon) this.#chip.replaceChildren(icon(chip.icon), this.#chipWords);
    this.#shownIcon = chip.icon;
    setText(this.#chipWords, chip.words);
  }

  #showPeers(peers: readonly PeerRow[]): void {
    const parts = peers.slice(0, SHOWN_PEERS).map(peerWords);
    if (peers.length > SHOWN_PEERS) parts.push(`${peers.length - SHOWN_PEERS} more`);
    this.#peers.hidden = peers.length === 0;
    if (this.#peers.childElementCount === 0) this.#peers.append(icon("people"), element("span"));
    setText(this.#peers.lastElementChild as Element, parts.join(" · "));
    this.#peers.title = `Other peers of this document:\n${peers.map(peerWords).join("\n")}`;
  }

  async #copied(copyDiagnostics: () => Promise<void>): Promise<void> {
    await copyDiagnostics();
    this.#copy.title = "copied";
    this.#copy.classList.add("jam-copied");
    setTimeout(() => {
      this.#copy.title = "copy diagnostics";
      this.#copy.classList.remove("jam-copied");
    }, 1500);
  }
}

/** Name and link only: what a peer has is not claimed here. */
export function peerWords(peer: PeerRow): string {
  const user = typeof peer.user === "string" ? peer.user : (peer.user?.name ?? peer.user?.username);
  const name = peer.name || peer.kind || "a peer";
  const link = peer.link ? ` (${peer.link.toLowerCase()})` : "";
  return user && user !== name ? `${name} of ${user}${link}` : `${name}${link}`;
}
