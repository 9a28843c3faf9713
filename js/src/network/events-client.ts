import type { DocumentId } from "@automerge/automerge-repo/slim";
import { Dialer, type Surroundings } from "./dialer.ts";
import type { Inquiry } from "./verdict.ts";

/** One store besides the server's own, as the server last described it. */
export interface PeerRow {
  readonly id: string;
  readonly name?: string;
  readonly kind?: string;
  readonly link?: string;
  readonly peerIds?: readonly string[];
  readonly user?: { readonly username?: string; readonly name?: string } | string | null;
}

type ServerEvent =
  | { readonly type: "hello"; readonly storageId?: string; readonly peerId?: string }
  | { readonly type: "peers"; readonly documentId: DocumentId; readonly rows: readonly PeerRow[] }
  | { readonly type: "access"; readonly access: "read" | "write" };

export interface EventsListener {
  readonly peers: (documentId: DocumentId, rows: readonly PeerRow[]) => void;
  readonly access: (access: "read" | "write") => void;
}

/** The page's one socket for what the server sees of other peers. All views share it. */
export class EventsClient {
  readonly dialer: Dialer;
  readonly #watched = new Set<DocumentId>();
  #lastOddity = "";

  constructor(url: string, private readonly listener: EventsListener, ask: () => Promise<Inquiry>, surroundings: Surroundings) {
    this.dialer = new Dialer(
      url,
      {
        ask,
        onOpen: () => this.#resume(),
        onFrame: (data) => this.#receive(data),
        onDown: () => this.#forget(),
        onState: () => undefined,
      },
      surroundings,
    );
  }

  get lastOddity(): string {
    return this.#lastOddity;
  }

  watch(documentId: DocumentId): void {
    this.#watched.add(documentId);
    this.#tell("watch", documentId);
  }

  unwatch(documentId: DocumentId): void {
    this.#watched.delete(documentId);
    this.#tell("unwatch", documentId);
  }

  #resume(): void {
    this.dialer.established();
    for (const documentId of this.#watched) this.#tell("watch", documentId);
  }

  /** What a server said before the connection broke is no longer current. */
  #forget(): void {
    for (const documentId of this.#watched) this.listener.peers(documentId, []);
  }

  #tell(type: "watch" | "unwatch", documentId: DocumentId): void {
    this.dialer.send(JSON.stringify({ type, documentId }));
  }

  #receive(data: unknown): void {
    let event: ServerEvent;
    try {
      event = JSON.parse(String(data)) as ServerEvent;
    } catch {
      this.#lastOddity = "an event that is not JSON";
      return;
    }
    if (event.type === "peers") this.listener.peers(event.documentId, event.rows);
    else if (event.type === "access") this.listener.access(event.access);
  }
}
