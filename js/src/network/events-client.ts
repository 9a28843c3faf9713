import type { DocumentId } from "@automerge/automerge-repo/slim";
import type { PeersNews } from "../peers/row.ts";
import { Dialer, type Surroundings } from "./dialer.ts";
import type { Inquiry } from "./verdict.ts";

type ServerEvent =
  | { readonly type: "hello"; readonly storageId?: string; readonly peerId?: string }
  | ({ readonly type: "peers" } & PeersNews)
  | { readonly type: "access"; readonly access: "read" | "write" };

export interface EventsListener {
  readonly peers: (news: PeersNews) => void;
  readonly access: (access: "read" | "write") => void;
}

/**
 * The page's one socket for what the server sees of other peers. All views share it. What it said stays as last
 * heard when the connection breaks.
 */
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
        onDown: () => undefined,
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
    if (event.type === "peers") this.listener.peers(event);
    else if (event.type === "access") this.listener.access(event.access);
  }
}
