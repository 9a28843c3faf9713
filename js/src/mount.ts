import { type AutomergeUrl, isValidAutomergeUrl, type NetworkAdapterInterface } from "@automerge/automerge-repo/slim";
import type { Path } from "./document/path.ts";
import type { Snapshot } from "./document/snapshot.ts";
import { Page } from "./page/page.ts";
import { findPlace } from "./place.ts";
import css from "./view/style.css";
import { DocumentView } from "./view/document-view.ts";
import { element } from "./view/element.ts";
import { type PeersSnapshot, PeersView } from "./view/peers-view.ts";

export interface MountOptions {
  readonly url: string;
  readonly path?: Path;
  /** "document": its content, to be edited in place. "peers": who has it. */
  readonly view?: "document" | "peers";
  readonly title?: string | null;
  readonly snapshot?: Snapshot | PeersSnapshot | null;
  /** For "peers": the widget of this page into which a kernel feeds its rows. */
  readonly key?: string | null;
  /** "kernel": no server has the document, so none is asked. */
  readonly where?: "server" | "kernel";
  readonly baseUrl?: string;
  /** False in a notebook that Jupyter does not trust: the view is read-only until a click. */
  readonly trusted?: boolean;
  /** Another road than the page's own server, for hosts that have none. */
  readonly network?: NetworkAdapterInterface;
}

export interface Mounted {
  dispose(): void;
}

/** Copies of this module that can serve each other's hosts have the same number. */
const API = 1;

interface Shared {
  readonly api: number;
  readonly mount: (target: HTMLElement, options: MountOptions) => Mounted;
}

const pages = new Map<string | NetworkAdapterInterface, Page>();

function pageFor(options: MountOptions): Page | null {
  const place = findPlace(options.baseUrl);
  const key = options.network ?? place?.http.href;
  if (key === undefined) return null;
  const coreUrl = new URL(`automerge.wasm?v=${WASM_HASH}`, import.meta.url).href;
  const page = pages.get(key) ?? new Page(place, options.network ?? null, coreUrl);
  pages.set(key, page);
  return page;
}

function mountHere(target: HTMLElement, options: MountOptions): Mounted {
  addStyle(target);
  if (!isValidAutomergeUrl(options.url)) {
    const complaint = element("div", { class: "jam-view jam-notice" }, `Not an Automerge URL: ${String(options.url)}`);
    target.append(complaint);
    return { dispose: () => complaint.remove() };
  }
  const view = viewFor(options);
  target.append(view.element);
  return view;
}

function viewFor(options: MountOptions): DocumentView | PeersView {
  const url = options.url as AutomergeUrl;
  const title = options.title ?? null;
  const { snapshot } = options;
  const page = options.where === "kernel" ? null : pageFor(options);
  if (options.view === "peers")
    return new PeersView({ url, title, page, key: options.key ?? null, snapshot: snapshot && "rows" in snapshot ? snapshot : null });
  return new DocumentView({
    url,
    title,
    page,
    path: options.path ?? [],
    snapshot: snapshot && "value" in snapshot ? snapshot : null,
    trusted: options.trusted ?? true,
  });
}

/** Into the head, or into the shadow root that some hosts put their outputs in. Once each. */
function addStyle(target: HTMLElement): void {
  const root = target.getRootNode();
  const place = root instanceof ShadowRoot ? root : document.head;
  if (place.querySelector("style[data-jam]")) return;
  place.append(element("style", { "data-jam": WASM_HASH }, css));
}

const shared = Symbol.for("jupyter_automerge");
const others = (globalThis as Record<symbol, unknown>)[shared] as Shared | undefined;
const ours: Shared = others?.api === API ? others : { api: API, mount: mountHere };
(globalThis as Record<symbol, unknown>)[shared] = ours;

/**
 * Show a document in an element: live with the page's own server, or the snapshot while there is none. All copies
 * of this module in one page share the first one's Repo.
 */
export function mount(target: HTMLElement, options: MountOptions): Mounted {
  return ours.mount(target, options);
}
