import type { Peer } from "../peers/peer.ts";
import { element, setText } from "./element.ts";
import { icon } from "./icons.ts";
import { sinceWords } from "./moments.ts";

const COLUMNS = ["Who", "What it has", "Reached", "Level", "Missing there", "Missing here", "Since"] as const;
/** Rows in the page; further ones are counted. */
const MAX_ROWS = 100;

/** Everybody who has, or should have, a document: one row each, in a real table. */
export class PeerTable {
  readonly element: HTMLElement;
  readonly #table = element("table", { class: "jam-table" });
  readonly #caption = element("caption", { class: "jam-spoken" });
  readonly #body = element("tbody");
  readonly #more = element("div", { class: "jam-empty", hidden: true });
  readonly #rows = new Map<string, PeerRowElement>();

  constructor() {
    const heads = COLUMNS.map((name) => element("th", { scope: "col" }, name));
    this.#table.append(this.#caption, element("thead", {}, element("tr", {}, ...heads)), this.#body);
    // A table wider than its view is scrolled by keyboard too.
    const box = element("div", { class: "jam-table-box", tabindex: 0, role: "region", "aria-label": "who has the document" }, this.#table);
    this.element = element("div", {}, box, this.#more);
  }

  show(peers: readonly Peer[], caption: string): void {
    setText(this.#caption, caption);
    const shown = peers.slice(0, MAX_ROWS);
    const wanted = new Set(shown.map(({ id }) => id));
    for (const [id, row] of this.#rows) if (!wanted.has(id)) this.#drop(id, row);
    let next = this.#body.firstChild;
    for (const peer of shown) {
      const row = this.#rows.get(peer.id) ?? this.#make(peer.id);
      if (row.element === next) next = next.nextSibling;
      else this.#body.insertBefore(row.element, next);
      row.show(peer);
    }
    this.#more.hidden = peers.length <= MAX_ROWS;
    setText(this.#more, `and ${peers.length - MAX_ROWS} more`);
  }

  #make(id: string): PeerRowElement {
    const made = new PeerRowElement();
    this.#rows.set(id, made);
    return made;
  }

  #drop(id: string, row: PeerRowElement): void {
    this.#rows.delete(id);
    row.element.remove();
  }
}

class PeerRowElement {
  readonly element = element("tr");
  readonly #who = element("span", { class: "jam-who" });
  readonly #whoMore = element("small");
  readonly #sign = element("span", { class: "jam-sign" });
  readonly #words = element("span");
  readonly #why = element("small");
  readonly #cells = COLUMNS.slice(2).map(() => element("td"));
  #icon = "";

  constructor() {
    this.element.append(element("th", { scope: "row" }, this.#who, this.#whoMore), element("td", {}, this.#sign, this.#why), ...this.#cells);
  }

  show(peer: Peer): void {
    const { facts, sign } = peer;
    setText(this.#who, peer.who);
    setText(this.#whoMore, aboutWords(peer));
    this.#sign.className = `jam-sign jam-tone-${sign.tone}`;
    if (this.#icon !== sign.icon) this.#sign.replaceChildren(icon(sign.icon), this.#words);
    this.#icon = sign.icon;
    if (this.#words.textContent !== "" && this.#words.textContent !== sign.words) highlight(this.#sign);
    setText(this.#words, sign.words);
    setText(this.#why, peer.why);
    const cells = [peer.reach, facts.level, missingThereWords(peer), missingHereWords(peer), sinceWords(peer.since)];
    cells.forEach((words, index) => setText(this.#cells[index] as Node, words));
  }
}

/** Its kind, user, address and right, as far as they say more than its name. */
export function aboutWords({ who, kind, user, where, facts }: Peer): string {
  const right = facts.reader ? "may only read" : "";
  const parts = [who.split(" ").includes(kind) ? "" : kind, user && !who.includes(user) ? `of ${user}` : "", where, right];
  return parts.filter((part) => part !== "").join(" · ");
}

export function missingThereWords({ facts }: Peer): string {
  if (facts.missingThere === null) return "unknown";
  return facts.certain || facts.missingThere === 0 ? String(facts.missingThere) : `up to ${facts.missingThere}`;
}

export function missingHereWords({ facts }: Peer): string {
  if (facts.missingHere === null) return "unknown";
  return facts.missingHere === 0 ? "0" : `at least ${facts.missingHere}`;
}

function highlight(target: Element): void {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  target.animate([{ backgroundColor: "color-mix(in srgb, var(--jam-brand) 28%, transparent)" }, { backgroundColor: "transparent" }], 1200);
}
