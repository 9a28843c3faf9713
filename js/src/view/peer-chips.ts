import { hasAll, isReachable } from "../peers/facts.ts";
import type { Peer } from "../peers/peer.ts";
import type { Sign } from "../peers/sign.ts";
import { element, setAttributes, setText } from "./element.ts";
import { icon } from "./icons.ts";
import { Steady } from "./steady.ts";

/** Beyond these, chips are folded into one; a single one is not worth folding. */
const MOST_CHIPS = 4;

/** One chip for each store besides the server's own; a click asks for its details. */
export class PeerChips {
  readonly element = element("div", { class: "jam-peers", role: "group", "aria-label": "other peers of this document" });
  readonly #more = element("button", { type: "button", class: "jam-peer jam-more-peers", hidden: true });
  readonly #whose = element("span", { class: "jam-whose" });
  readonly #chips = new Map<string, PeerChip>();

  /** `open` is told whose details a person wants; null: everybody's. */
  constructor(private readonly open: (peer: string | null) => void, private readonly again: () => void, private readonly details: string) {
    this.#more.addEventListener("click", () => open(null));
    this.#more.setAttribute("aria-controls", details);
    this.element.append(this.#more, this.#whose);
  }

  /** `whose`: in whose view all this is so. */
  show(peers: readonly Peer[], opened: string | null, whose: string): void {
    setText(this.#whose, whose);
    const shown = peers.slice(0, peers.length === MOST_CHIPS + 1 ? peers.length : MOST_CHIPS);
    const wanted = new Set(shown.map(({ id }) => id));
    for (const [id, chip] of this.#chips) if (!wanted.has(id)) this.#drop(id, chip);
    for (const peer of shown) {
      const chip = this.#chips.get(peer.id) ?? this.#make(peer.id);
      this.element.insertBefore(chip.element, this.#more);
      chip.show(peer, opened === peer.id);
    }
    this.#fold(peers.slice(shown.length), opened === "all");
    this.element.hidden = peers.length === 0;
  }

  dispose(): void {
    for (const chip of this.#chips.values()) chip.dispose();
  }

  #fold(folded: readonly Peer[], opened: boolean): void {
    const behind = folded.filter(({ facts }) => !hasAll(facts) && !facts.ephemeral && !facts.projection).length;
    this.#more.hidden = folded.length === 0;
    setText(this.#more, `+${folded.length} more${behind > 0 ? `, ${behind} without everything` : ""}`);
    setAttributes(this.#more, { "aria-expanded": String(opened) });
  }

  #make(id: string): PeerChip {
    const made = new PeerChip(() => this.open(id), this.again, this.details);
    this.#chips.set(id, made);
    return made;
  }

  #drop(id: string, chip: PeerChip): void {
    this.#chips.delete(id);
    chip.dispose();
    chip.element.remove();
  }
}

/** Of a file that cannot be written its words say all: its row is offline for no other reason (E46). */
function awayWords({ facts }: Peer): string {
  if (isReachable(facts) || (facts.projection && facts.trouble)) return "";
  return facts.link === "gone" ? ", gone" : ", out of reach";
}

class PeerChip {
  readonly element = element("button", { type: "button", class: "jam-peer" });
  readonly #who = element("span", { class: "jam-who" });
  readonly #words = element("span", { class: "jam-peer-words" });
  readonly #steady: Steady<Sign>;
  #icon = "";

  constructor(open: () => void, again: () => void, details: string) {
    this.#steady = new Steady(again);
    this.element.addEventListener("click", open);
    this.element.setAttribute("aria-controls", details);
  }

  show(peer: Peer, opened: boolean): void {
    const sign = this.#steady.show(peer.sign);
    this.element.className = `jam-peer jam-tone-${sign.tone}`;
    if (this.#icon !== sign.icon) this.element.replaceChildren(icon(sign.icon), this.#who, " ", this.#words);
    this.#icon = sign.icon;
    setText(this.#who, peer.who);
    setText(this.#words, `${sign.words}${awayWords(peer)}`);
    setAttributes(this.element, { "aria-expanded": String(opened), title: peer.why || null });
  }

  dispose(): void {
    this.#steady.dispose();
  }
}
