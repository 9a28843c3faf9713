import { type AutomergeUrl, type DocumentId, type NetworkAdapterInterface, parseAutomergeUrl, type PeerId, Repo } from "@automerge/automerge-repo/slim";
import { LiveDocument, type Root } from "../document/live-document.ts";
import { EventsClient } from "../network/events-client.ts";
import type { Surroundings } from "../network/dialer.ts";
import { ServerAdapter, type ServerListener } from "../network/server-adapter.ts";
import { askServer } from "../network/verdict.ts";
import type { Peer } from "../peers/peer.ts";
import { Roster, type ServerFacts } from "../peers/roster.ts";
import { addresses, type Place } from "../place.ts";
import { clockWords } from "../view/moments.ts";
import { browserName, randomId, windowNumber } from "./browser.ts";
import { loadCore } from "./core.ts";

/** A document that no view shows any more stays this long: notebooks remove and redraw views all the time. */
const KEEP_SECONDS = 30;

interface Opened {
  readonly document: LiveDocument;
  readonly roster: Roster;
  views: number;
}

const surroundings: Surroundings = {
  open: (url) => new WebSocket(url) as never,
  random: Math.random,
  now: Date.now,
};

/** All that the views of one browser page share: one Repo, one road to the server, one events socket. */
export class Page {
  readonly peerId = `browser-${randomId()}` as PeerId;
  readonly #sessionId = randomId();
  readonly repo: Repo;
  readonly server: ServerAdapter | null;
  readonly #events: EventsClient | null;
  readonly #documents = new Map<DocumentId, Opened>();
  readonly #coreUrl: string;

  constructor(readonly place: Place | null, network: NetworkAdapterInterface | null, coreUrl: string) {
    this.#coreUrl = coreUrl;
    const ask = (): ReturnType<typeof askServer> => askServer(place as Place, (url, init) => fetch(url, init));
    this.server = place && !network ? this.#serverAdapter(place, ask) : null;
    this.#events = this.server && place ? new EventsClient(addresses.events(place), this.#eventsListener(), ask, surroundings) : null;
    const wanted = async (_peer: PeerId, documentId?: DocumentId): Promise<boolean> =>
      documentId === undefined || this.#documents.has(documentId);
    this.repo = new Repo({
      network: [network ?? (this.server as ServerAdapter)],
      peerId: this.peerId,
      // Others cannot make this page hold documents that no view asked for.
      shareConfig: { announce: wanted, access: wanted },
    });
    this.#listenToWindow();
  }

  /** Start loading the core; open() may be called when it came. */
  ready(): Promise<void> {
    return loadCore(this.#coreUrl);
  }

  open(url: AutomergeUrl): LiveDocument {
    const { documentId } = parseAutomergeUrl(url);
    const opened = this.#documents.get(documentId) ?? this.#find(documentId);
    opened.views += 1;
    return opened.document;
  }

  release(documentId: DocumentId): void {
    const opened = this.#documents.get(documentId);
    if (!opened) return;
    opened.views -= 1;
    if (opened.views === 0) setTimeout(() => void this.#unload(documentId), KEEP_SECONDS * 1000);
  }

  /** Who has a document, the server first, as far as it is known here; nobody for one that no view has opened. */
  peersOf(documentId: DocumentId): readonly Peer[] {
    const opened = this.#documents.get(documentId);
    const server = this.#serverFacts();
    if (!opened || !server) return [];
    const { document, roster } = opened;
    return roster.peers(server, this.peerId, document.graph, document.standing, Date.now());
  }

  /** Whose view the rows of this page are, in words. */
  get whose(): string {
    const { server } = this;
    const window = `this window (${windowNumber(this.#sessionId)})`;
    if (server?.link === "live") return `as ${window} and its server see it`;
    const last = server?.heardAt ? `, last news of its server ${clockWords(new Date(server.heardAt))}` : "";
    return `as ${window} sees it${last}`;
  }

  /** Changes that may exist in this window only, over all documents. */
  get onlyHere(): number {
    let count = 0;
    this.#forEach((document) => {
      if (document.editedHere && !document.refusal) count += document.standing?.unsafe ?? 1;
    });
    return count;
  }

  poke(): void {
    this.server?.dialer.poke();
  }

  #find(documentId: DocumentId): Opened {
    // Registered before find(): the share policy asks this map.
    const opened = { roster: new Roster(), views: 0 } as { document: LiveDocument; roster: Roster; views: number };
    this.#documents.set(documentId, opened);
    const progress = this.repo.findWithProgress<Root>(documentId);
    const { handle } = "peek" in progress ? progress.peek() : progress;
    opened.document = new LiveDocument(handle, () => Boolean(this.server?.metadata.durableAcks));
    opened.document.watch(({ local }) => {
      if (local) opened.roster.changed(Date.now());
    });
    this.#events?.watch(documentId);
    return opened;
  }

  async #unload(documentId: DocumentId): Promise<void> {
    const opened = this.#documents.get(documentId);
    if (!opened || opened.views > 0) return;
    if (opened.document.state !== "ready" || opened.document.standing?.unsafe !== 0) return; // the only copy stays
    this.#documents.delete(documentId);
    this.#events?.unwatch(documentId);
    await this.repo.removeFromCache(documentId);
  }

  #serverAdapter(place: Place, ask: () => ReturnType<typeof askServer>): ServerAdapter {
    const adapter = new ServerAdapter({
      url: addresses.sync(place),
      name: `${browserName(navigator.userAgent)}, window ${windowNumber(this.#sessionId)}`,
      sessionId: this.#sessionId,
      ask,
      surroundings,
    });
    adapter.listener = this.#serverListener();
    return adapter;
  }

  #serverListener(): ServerListener {
    return {
      linkChanged: () => this.#linkChanged(),
      headsHeard: (documentId, heads, level) => this.#documents.get(documentId)?.document.hear(heads, level),
      sessionStarted: (sameStore) => this.#sessionStarted(sameStore),
      unavailable: (documentId) => this.#documents.get(documentId)?.document.noteUnavailable(),
      refused: (documentId, reason) => this.#documents.get(documentId)?.document.refused(reason),
    };
  }

  #eventsListener(): ConstructorParameters<typeof EventsClient>[1] {
    return {
      peers: (news) => {
        const opened = this.#documents.get(news.documentId);
        opened?.document.tell(opened.roster.hear(news));
      },
      access: (access) => {
        if (this.server) this.server.access = access;
      },
    };
  }

  #sessionStarted(sameStore: boolean): void {
    if (!sameStore) for (const { roster } of this.#documents.values()) roster.forget();
    this.#forEach((document) => document.newSession(sameStore));
  }

  #serverFacts(): ServerFacts | null {
    const { server, place } = this;
    if (!server || !place) return null;
    const { storageId, name, durableAcks } = server.metadata;
    return {
      id: storageId,
      name: name ?? "",
      where: place.http.host,
      live: server.link === "live",
      since: server.linkSince,
      stores: Boolean(durableAcks),
    };
  }

  /** The events socket follows the link, so that only one of the two asks a server that is away. */
  #linkChanged(): void {
    if (this.server?.link === "live") this.#events?.dialer.start();
    else this.#events?.dialer.close();
    this.#forEach((document) => document.touch());
  }

  #forEach(action: (document: LiveDocument) => void): void {
    for (const { document } of this.#documents.values()) if (document) action(document);
  }

  #listenToWindow(): void {
    addEventListener("online", () => this.poke());
    addEventListener("focus", () => this.poke());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.poke();
    });
    // A window that is left may be frozen instead of ended: its sockets stay open, and nobody answers on them.
    addEventListener("pagehide", () => this.server?.dialer.close());
    addEventListener("pageshow", ({ persisted }) => {
      if (persisted) this.server?.dialer.start();
    });
    addEventListener("beforeunload", (event) => {
      if (this.onlyHere > 0) event.preventDefault();
    });
  }
}
