import * as A from "@automerge/automerge/slim";
import { type AutomergeUrl, parseAutomergeUrl } from "@automerge/automerge-repo/slim";
import type { Change, LiveDocument, Root } from "../document/live-document.ts";
import { kindOf, lineOf } from "../document/kind.ts";
import { keyOf, movePath, type Path, valueAt } from "../document/path.ts";
import { refusedText } from "../document/refused-text.ts";
import { reviveSnapshot, type Snapshot } from "../document/snapshot.ts";
import type { LinkName } from "../network/server-adapter.ts";
import type { Page } from "../page/page.ts";
import type { Peer } from "../peers/peer.ts";
import { changes } from "../peers/sign.ts";
import { addresses } from "../place.ts";
import { Branches } from "../tree/branches.ts";
import { childCount, PAGE_OF_ROWS, rowsOf, type ValueRow } from "../tree/rows.ts";
import { type Chip, type ChipFacts, chipOf } from "./chip.ts";
import { diagnosticsOf } from "./diagnostics.ts";
import type { Editor } from "./editor.ts";
import { element } from "./element.ts";
import { Header } from "./header.ts";
import { keepKeys } from "./host-keys.ts";
import { Notices } from "./notices.ts";
import { ScalarEditor } from "./scalar-editor.ts";
import { Speaker } from "./speaker.ts";
import { Steady } from "./steady.ts";
import { TextEditor } from "./text-editor.ts";
import { Treegrid } from "./treegrid.ts";
import { dateWords, whyNotLive } from "./why-not-live.ts";

export interface ViewOptions {
  readonly url: AutomergeUrl;
  readonly path: Path;
  readonly title: string | null;
  readonly snapshot: Snapshot | null;
  readonly trusted: boolean;
  readonly page: Page | null;
}

/** Edits made over these links arrive, now or later; over the others they would never leave this window. */
const EDITABLE: ReadonlySet<LinkName> = new Set<LinkName>(["connecting", "live", "offline", "signed-out"]);

/** One document, or a part of it, as a tree that is edited in place. */
export class DocumentView {
  readonly element = element("section", { class: "jam-view", "data-lm-suppress-shortcuts": "true" });
  readonly #header = new Header(() => this.#copyDiagnostics(), () => this.#schedule());
  readonly #notices = new Notices();
  readonly #speaker = new Speaker();
  readonly #steady = new Steady<Chip>(() => this.#schedule());
  readonly #tree: Treegrid;
  readonly #empty = element("div", { class: "jam-empty", hidden: true }, "nothing in it yet");
  readonly #branches = new Branches();
  readonly #flashing = new Set<string>();
  readonly #old: unknown;
  /** Heads in the URL: the view shows that point of the history and nothing later. */
  readonly #pinned: A.Heads | undefined;
  #past: unknown;
  #document: LiveDocument | null = null;
  #unwatch: () => void = () => undefined;
  #allowed: boolean;
  readonly #path: Path;
  #opened: "nothing" | "old" | "live" = "nothing";
  #frame = 0;
  #coreFailure: string | null = null;
  #disposed = false;

  constructor(private readonly options: ViewOptions) {
    this.#allowed = options.trusted;
    this.#path = options.path;
    this.#pinned = parseAutomergeUrl(options.url).hexHeads;
    this.#old = options.snapshot ? valueAt(reviveSnapshot(options.snapshot.value), options.path) : undefined;
    this.#tree = new Treegrid({
      setOpen: (row, open) => this.#setOpen(row, open),
      showMore: (path) => this.#showMore(path),
      edit: (row) => this.#edit(row),
      conflictAt: (row) => (this.#pinned ? "" : conflictWords(this.#document?.othersAt(row.path) ?? [])),
    });
    this.element.append(this.#header.element, this.#notices.element, this.#tree.element, this.#empty, this.#speaker.element);
    keepKeys(this.element);
    this.#render();
    void this.#start();
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#unwatch();
    this.#steady.dispose();
    this.#speaker.dispose();
    this.#header.dispose();
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
    this.#unwatch = this.#document.watch((change) => this.#follow(change));
    this.#schedule();
  }

  /** The document, or its state at the heads that the URL names; undefined while it is not here. */
  get #root(): unknown {
    const root = this.#document?.root;
    if (!root || !this.#pinned) return root;
    if (!this.#past && A.hasHeads(root, this.#pinned)) this.#past = A.view(root, this.#pinned);
    return this.#past;
  }

  get #editable(): boolean {
    const server = this.options.page?.server;
    const mayEdit = !server || (server.access === "write" && EDITABLE.has(server.link));
    return this.#allowed && !this.#pinned && this.#root !== undefined && mayEdit;
  }

  /** Runs in the same synchronous step as the change, so that editors never see a state between two. */
  #follow(change: Change): void {
    if (change.patches.length > 0 && this.#root !== undefined && !this.#pinned) {
      const moved = (path: Path): Path | null => movePath(path, change.patches);
      this.#tree.follow(moved);
      this.#branches.follow(moved);
      if (this.#tree.editor && !this.#tree.editor.follow(change)) this.#tree.leaveEditor(true);
      if (!change.local) for (const patch of change.patches) this.#noteChanged(patch.path);
    }
    this.#schedule();
  }

  #noteChanged(path: Path): void {
    if (this.#opened !== "live" || this.#flashing.size > PAGE_OF_ROWS) return;
    this.#flashing.add(keyOf(path));
    this.#flashing.add(keyOf(path.slice(0, -1)));
  }

  #schedule(): void {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#render();
    });
  }

  #render(): void {
    const live = this.#root !== undefined;
    const value = live ? valueAt(this.#root, this.#path) : this.#old;
    this.#openFirst(live, value);
    const peers = this.options.page?.peersOf(this.#documentId) ?? [];
    const chip = this.#steady.show(this.#chip(peers));
    const title = this.#title(live ? this.#root : this.options.snapshot?.value);
    if (live && document.title === this.options.url) document.title = title; // in its own window
    this.#tree.element.setAttribute("aria-label", title);
    this.#header.show({
      title,
      chip,
      peers,
      whose: this.options.page?.whose ?? "",
      ownWindow: this.#ownWindow(),
      login: this.#login(),
    });
    this.#showNotices(live);
    this.#speaker.say(chip.words);
    if (this.#tree.editor && !this.#editable) this.#tree.leaveEditor(true);
    const rows = value === undefined ? [] : rowsOf(value, this.#path, this.#branches, (path) => (this.#pinned ? undefined : this.#document?.storedTypeAt(path)));
    this.#tree.element.hidden = rows.length === 0;
    this.#empty.hidden = value === undefined || rows.length > 0;
    this.#tree.show(rows, this.#editable, this.#flashing);
    this.element.classList.toggle("jam-old", !live);
    this.#flashing.clear();
  }

  /** Once for the snapshot and once for the document, when there is something in it: afterwards people open and close. */
  #openFirst(live: boolean, value: unknown): void {
    const now = live ? "live" : "old";
    if (childCount(value) === 0 || this.#opened === "live" || this.#opened === now) return;
    this.#opened = now;
    this.#branches.openFirst(value, this.#path);
  }

  get #documentId(): LiveDocument["id"] {
    return parseAutomergeUrl(this.options.url).documentId;
  }

  #title(root: unknown): string {
    const own = valueAt(root, ["title"]);
    const title = (typeof own === "string" && own) || this.options.title || `document ${this.#documentId.slice(0, 6)}…`;
    return this.#path.length > 0 ? `${title} › ${this.#path.join(" › ")}` : title;
  }

  #chip([server]: readonly Peer[]): Chip {
    const { page } = this.options;
    if (!page) return { icon: "off", tone: "warn", words: "saved state", detail: "There is no Jupyter server to be live with." };
    const document = this.#document;
    const facts: ChipFacts = {
      link: page.server?.link ?? "live",
      access: page.server?.access ?? "write",
      state: document?.state ?? "fetching",
      standing: document?.standing ?? null,
      trouble: server?.facts.trouble ?? "",
      refused: document?.refusal !== null && document !== null,
      slow: this.#steady.slow,
    };
    return chipOf(facts);
  }

  #ownWindow(): string | null {
    const place = this.options.page?.place;
    if (!place) return null;
    const address = addresses.view(place, this.#documentId);
    return new URL(address, location.href).pathname === location.pathname ? null : address; // it is there already
  }

  #login(): string | null {
    const { page } = this.options;
    if (!page?.place || page.server?.link !== "signed-out") return null;
    return addresses.login(page.place, addresses.view(page.place, this.#documentId));
  }

  #showNotices(live: boolean): void {
    const { options } = this;
    const missing = this.#document?.standing?.missingThere ?? 0;
    const refused = missing > 0 && (this.#document?.refusal || options.page?.server?.access === "read");
    this.#notices.show({
      old: live ? this.#whyPartial() : this.#whyNotLive(),
      untrusted: live && !this.#allowed ? () => this.#allow() : null,
      refused: refused ? { words: `The server did not take ${changes(missing)} of this window${reasonOf(this.#document)}.`, copy: () => this.#copyRefused() } : null,
    });
  }

  #whyPartial(): string | null {
    if (valueAt(this.#root, this.#path) === undefined) return "There is nothing at this place of the document.";
    return this.#pinned ? "This is the document as it was at one point of its history." : null;
  }

  #whyNotLive(): string | null {
    const { page, snapshot } = this.options;
    return whyNotLive({
      server: page !== null,
      link: page?.server?.link ?? "live",
      state: this.#document?.state ?? "fetching",
      coreFailure: this.#coreFailure,
      snapshotOf: snapshot && dateWords(snapshot.asOf),
    });
  }

  #allow(): void {
    this.#allowed = true;
    this.#schedule();
  }

  #setOpen(row: ValueRow, open: boolean): void {
    this.#branches.set(row.key, open);
    this.#render();
  }

  #showMore(path: Path): void {
    this.#branches.showMore(path);
    this.#render();
  }

  #edit(row: ValueRow): Editor | null {
    const document = this.#document;
    if (!document || !this.#editable) return null;
    if (row.kind === "text") return new TextEditor(document, row.path, row.name);
    if (row.kind === "map" || row.kind === "list" || row.kind === "bytes") return null;
    if (row.kind !== "boolean") return new ScalarEditor(document, row.path, row.kind, row.name);
    document.change((root: Root) => {
      const parent = valueAt(root, row.path.slice(0, -1)) as Record<string | number, unknown>;
      const prop = row.path.at(-1) as string | number;
      parent[prop] = !parent[prop];
    });
    return null;
  }

  async #copyDiagnostics(): Promise<void> {
    const peers = this.options.page?.peersOf(this.#documentId) ?? [];
    await navigator.clipboard.writeText(diagnosticsOf(this.options.url, this.options.page, this.#document, this.#chip(peers)));
  }

  async #copyRefused(): Promise<void> {
    if (this.#document) await navigator.clipboard.writeText(refusedText(this.#document));
  }
}

function conflictWords(others: readonly unknown[]): string {
  return others.map((value) => lineOf(value, kindOf(value)).slice(0, 40) || "empty").join(", ");
}

function reasonOf(document: LiveDocument | null): string {
  return document?.refusal?.reason ? ` (${document.refusal.reason})` : "";
}
