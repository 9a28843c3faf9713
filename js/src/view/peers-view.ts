import { type AutomergeUrl, parseAutomergeUrl } from "@automerge/automerge-repo/slim";
import type { LiveDocument } from "../document/live-document.ts";
import type { Page } from "../page/page.ts";
import { KernelRows } from "../peers/kernel-rows.ts";
import { inOrder, type Peer, peerOfRow, toldApart } from "../peers/peer.ts";
import type { PeerRow, Summary } from "../peers/row.ts";
import { signOfSummary, summaryOf } from "../peers/summary.ts";
import { element, setText } from "./element.ts";
import { keepKeys } from "./host-keys.ts";
import { icon } from "./icons.ts";
import { PeerTable } from "./peer-table.ts";
import { Speaker } from "./speaker.ts";
import { dateWords, whyNotLive } from "./why-not-live.ts";

/** The rows as they were when the notebook was saved. */
export interface PeersSnapshot {
  readonly rows: readonly PeerRow[];
  readonly summary: Summary;
  readonly asOf?: string;
}

export interface PeersViewOptions {
  readonly url: AutomergeUrl;
  readonly title: string | null;
  readonly snapshot: PeersSnapshot | null;
  /** The widget whose rows a kernel feeds; null where there is none. */
  readonly key: string | null;
  /** Null where no server has the document: only a kernel knows of it. */
  readonly page: Page | null;
}

interface Shown {
  readonly peers: readonly Peer[];
  readonly summary: Summary;
  readonly whose: string;
  readonly live: boolean;
  /** Why it is not live, where that is not said by whose view it is. */
  readonly notice?: string;
}

/** Who has a document, live: as a kernel sees it while it lives, afterwards as this window sees it (E26). */
export class PeersView {
  readonly element = element("section", { class: "jam-view jam-peers-view", "data-lm-suppress-shortcuts": "true" });
  readonly #title = element("span", { class: "jam-title" });
  readonly #sign = element("span", { class: "jam-chip" });
  readonly #words = element("span");
  readonly #whose = element("span", { class: "jam-whose" });
  readonly #notice = element("div", { class: "jam-notice", hidden: true });
  readonly #table = new PeerTable();
  readonly #speaker = new Speaker();
  readonly #kernel: KernelRows | null;
  #document: LiveDocument | null = null;
  #unwatch: () => void = () => undefined;
  #coreFailure: string | null = null;
  #frame = 0;
  #disposed = false;

  constructor(private readonly options: PeersViewOptions) {
    const header = element("div", { class: "jam-header" }, this.#title, this.#sign, this.#whose);
    this.element.append(header, this.#notice, this.#table.element, this.#speaker.element);
    keepKeys(this.element);
    this.#kernel = options.key ? new KernelRows(options.key, () => this.#schedule()) : null;
    this.#render();
    void this.#start();
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#unwatch();
    this.#kernel?.dispose();
    this.#speaker.dispose();
    cancelAnimationFrame(this.#frame);
    if (this.#document) this.options.page?.release(this.#document.id);
    this.element.remove();
  }

  async #start(): Promise<void> {
    const { page, url } = this.options;
    if (!page) return;
    try {
      await page.ready();
    } catch (error) {
      this.#coreFailure = error instanceof Error ? error.message : String(error);
      return this.#schedule();
    }
    if (this.#disposed) return;
    this.#document = page.open(url);
    this.#unwatch = this.#document.watch(() => this.#schedule());
    this.#schedule();
  }

  #schedule(): void {
    if (this.#disposed) return;
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#render();
    });
  }

  #render(): void {
    const kernel = this.#fromKernel();
    const { peers, summary, whose, live, notice = "" } = (kernel?.live ? kernel : null) ?? this.#fromPage() ?? kernel ?? this.#fromSnapshot();
    const sign = signOfSummary(summary);
    setText(this.#title, `Who has “${this.#documentTitle()}”?`);
    this.#sign.className = `jam-chip jam-tone-${sign.tone}`;
    this.#sign.replaceChildren(icon(sign.icon), this.#words);
    setText(this.#words, sign.words);
    setText(this.#whose, whose);
    this.#notice.hidden = notice === "";
    setText(this.#notice, notice);
    this.#table.show(peers, `${this.#title.textContent} ${whose}`);
    this.element.classList.toggle("jam-old", !live);
    this.#speaker.say(sign.words);
  }

  #documentTitle(): string {
    const own = this.#document?.root?.["title"];
    if (typeof own === "string" && own !== "") return own;
    return this.options.title ?? `document ${parseAutomergeUrl(this.options.url).documentId.slice(0, 6)}…`;
  }

  #fromKernel(): Shown | null {
    const says = this.#kernel?.current;
    return says ? { ...says, peers: peersOf(says.rows) } : null;
  }

  #fromPage(): Shown | null {
    const { page } = this.options;
    const document = this.#document;
    if (!page || !document?.root) return null;
    const peers = page.peersOf(document.id);
    return { peers, summary: summaryOf(peers, document.standing), whose: page.whose, live: true };
  }

  #fromSnapshot(): Shown {
    const { snapshot } = this.options;
    const summary = snapshot?.summary ?? { state: "unknown", words: "nothing was heard yet" };
    return { peers: peersOf(snapshot?.rows ?? []), summary, whose: "", live: false, notice: this.#whyNotLive() };
  }

  #whyNotLive(): string {
    const { page, snapshot } = this.options;
    const was = snapshot ? `As it was ${dateWords(snapshot.asOf)}. ` : "";
    if (!page) return `${was}It is live while the kernel that it was made in is running.`;
    const facts = { server: true, link: page.server?.link ?? "live", state: this.#document?.state ?? "fetching" } as const;
    return whyNotLive({ ...facts, coreFailure: this.#coreFailure, snapshotOf: snapshot && dateWords(snapshot.asOf) }) ?? "";
  }
}

function peersOf(rows: readonly PeerRow[]): Peer[] {
  return inOrder(toldApart(rows.map(peerOfRow)));
}
