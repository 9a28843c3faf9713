import type { Peer } from "../peers/peer.ts";
import type { Chip } from "./chip.ts";
import { element, setAttributes, setText } from "./element.ts";
import { icon } from "./icons.ts";
import { PeerChips } from "./peer-chips.ts";
import { PeerDetails, type Shown } from "./peer-details.ts";

export interface HeaderFacts {
  readonly title: string;
  readonly chip: Chip;
  /** The server first; nobody where there is no server. */
  readonly peers: readonly Peer[];
  /** Whose view they are, in words. */
  readonly whose: string;
  /** Address of the document in its own window; null where there is no server. */
  readonly ownWindow: string | null;
  /** Address of the login page while signed out. */
  readonly login: string | null;
}

/** Title, server chip, actions; below them a chip for each other peer, and the details that a chip opens. */
export class Header {
  readonly element: HTMLElement;
  readonly #title = element("span", { class: "jam-title" });
  readonly #chip = element("button", { type: "button", class: "jam-chip" });
  readonly #chipWords = element("span");
  readonly #login = element("a", { class: "jam-link", target: "_blank", rel: "noopener" }, "log in");
  readonly #window = element("a", { class: "jam-button", target: "_blank", rel: "noopener", title: "open in its own window", "aria-label": "open in its own window" }, icon("window"));
  readonly #copy = element("button", { class: "jam-button", type: "button", title: "copy diagnostics", "aria-label": "copy diagnostics" }, icon("copy"));
  readonly #details = new PeerDetails();
  readonly #peers: PeerChips;
  #peersShown: readonly Peer[] = [];
  #whose = "";
  #open: Shown = null;
  #shownIcon = "";

  constructor(copyDiagnostics: () => Promise<void>, again: () => void) {
    this.#peers = new PeerChips((peer) => this.#toggle(peer === null ? "all" : { peer }), again, this.#details.id);
    const actions = element("span", { class: "jam-actions" }, this.#copy, this.#window);
    const bar = element("div", { class: "jam-header" }, this.#title, this.#chip, this.#login, this.#peers.element, actions);
    this.element = element("div", {}, bar, this.#details.element);
    this.#chip.setAttribute("aria-controls", this.#details.id);
    this.#chip.addEventListener("click", () => this.#toggleServer());
    this.#copy.addEventListener("click", () => void this.#copied(copyDiagnostics));
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.#toggle(this.#open);
    });
  }

  show(facts: HeaderFacts): void {
    setText(this.#title, facts.title);
    this.#title.title = facts.title;
    this.#peersShown = facts.peers;
    this.#whose = facts.whose;
    this.#showChip(facts.chip);
    this.#login.hidden = facts.login === null;
    if (facts.login !== null) this.#login.href = facts.login;
    this.#window.hidden = facts.ownWindow === null;
    if (facts.ownWindow !== null) this.#window.href = facts.ownWindow;
    this.#showPeers();
  }

  dispose(): void {
    this.#peers.dispose();
  }

  #showChip(chip: Chip): void {
    this.#chip.className = `jam-chip jam-tone-${chip.tone}`;
    this.#chip.title = chip.detail;
    this.#chip.disabled = this.#peersShown.length === 0;
    if (this.#shownIcon !== chip.icon) this.#chip.replaceChildren(icon(chip.icon), this.#chipWords);
    this.#shownIcon = chip.icon;
    setText(this.#chipWords, chip.words);
  }

  #showPeers(): void {
    const [server, ...others] = this.#peersShown;
    const opened = this.#open === null || this.#open === "all" ? this.#open : this.#open.peer;
    this.#peers.show(others, opened, this.#whose);
    setAttributes(this.#chip, { "aria-expanded": String(server !== undefined && opened === server.id) });
    this.#details.show(this.#open, this.#peersShown, this.#whose);
  }

  #toggleServer(): void {
    const server = this.#peersShown[0];
    if (server) this.#toggle({ peer: server.id });
  }

  #toggle(what: Shown): void {
    this.#open = JSON.stringify(what) === JSON.stringify(this.#open) ? null : what;
    this.#showPeers();
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
