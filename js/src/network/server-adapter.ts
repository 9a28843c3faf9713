import { decodeHeads, NetworkAdapter } from "@automerge/automerge-repo/slim";
import type { DocumentId, Message, PeerId, PeerMetadata, UrlHeads } from "@automerge/automerge-repo/slim";
import { Dialer, type Surroundings } from "./dialer.ts";
import { type Frame, headsOfSyncMessage, readFrame, type ServerMetadata, writeFrame } from "./frames.ts";
import { type Inquiry, PROTOCOL, type ServerInfo, type Verdict } from "./verdict.ts";

/** The state of the link to the server, in the words of the view. */
export type LinkName = "connecting" | "live" | "offline" | "signed-out" | "not-allowed" | "absent" | "incompatible";
export type Access = "read" | "write";

/** What the page's documents hear from the server besides the messages that the Repo consumes. */
export interface ServerListener {
  readonly linkChanged: () => void;
  /** The server holds these heads, in memory ("received") or in its store ("stored"). */
  readonly headsHeard: (documentId: DocumentId, heads: readonly string[], level: "received" | "stored") => void;
  /** Evidence that lived in the server's memory is void: this is another session of it, or even another store. */
  readonly sessionStarted: (sameStore: boolean) => void;
  readonly unavailable: (documentId: DocumentId) => void;
  readonly refused: (documentId: DocumentId, reason: string) => void;
}

export interface AdapterOptions {
  readonly url: string;
  readonly name: string;
  readonly sessionId: string;
  readonly ask: () => Promise<Inquiry>;
  readonly surroundings: Surroundings;
  /** Seconds: for the `peer` message, and for any frame after we sent one. */
  readonly handshakeSeconds?: number;
  readonly silenceSeconds?: number;
}

const LINK_OF_VERDICT: Record<Verdict, LinkName> = {
  fine: "offline",
  unreachable: "offline",
  "signed-out": "signed-out",
  "not-allowed": "not-allowed",
  absent: "absent",
  incompatible: "incompatible",
};

/**
 * The page's road to its server. Ready only when the `peer` message came, so that a `find` over a slow proxy
 * waits instead of failing; keeps trying with backoff for as long as the page lives.
 */
export class ServerAdapter extends NetworkAdapter {
  readonly dialer: Dialer;
  server: { readonly peerId: PeerId; readonly metadata: ServerMetadata } | null = null;
  info: ServerInfo | null = null;
  lastOddity = "";
  listener: ServerListener | null = null;
  /** When `link` last became what it is, in milliseconds. */
  linkSince: number;
  /** When it last sent a frame, in milliseconds; 0 before the first. */
  heardAt = 0;
  #lastLink: LinkName = "connecting";
  #access: Access = "write";
  #last: ServerMetadata = {};
  #ready = false;
  #resolveReady: () => void = () => undefined;
  readonly #whenReady = new Promise<void>((resolve) => (this.#resolveReady = resolve));
  #silence: ReturnType<typeof setTimeout> | undefined;
  #patience: number;

  constructor(private readonly options: AdapterOptions) {
    super();
    this.#patience = options.silenceSeconds ?? 30;
    this.linkSince = options.surroundings.now();
    this.dialer = new Dialer(
      options.url,
      {
        ask: () => this.#ask(),
        onOpen: () => this.#join(),
        onFrame: (data) => this.#receive(data),
        onDown: () => this.#down(),
        onState: () => this.#stateChanged(),
      },
      options.surroundings,
      options.handshakeSeconds,
    );
  }

  get link(): LinkName {
    if (this.dialer.state === "connected") return "live";
    return this.dialer.verdict ? LINK_OF_VERDICT[this.dialer.verdict] : this.dialer.failures ? "offline" : "connecting";
  }

  /** What the server last said of itself, also while it is away. */
  get metadata(): ServerMetadata {
    return this.#last;
  }

  /** What the server last let us do; before it said anything, writing is assumed and nothing is sent anyway. */
  get access(): Access {
    return this.#access;
  }

  set access(access: Access) {
    if (access === this.#access) return;
    this.#access = access;
    this.listener?.linkChanged();
  }

  override isReady(): boolean {
    return this.#ready;
  }

  override whenReady(): Promise<void> {
    return this.#whenReady;
  }

  override connect(peerId: PeerId, peerMetadata?: PeerMetadata): void {
    this.peerId = peerId;
    this.peerMetadata = peerMetadata ?? {};
    this.dialer.start();
  }

  override disconnect(): void {
    this.dialer.close();
  }

  /** Messages for a connection that is gone are dropped: its sync sessions start afresh on the next one. */
  override send(message: Message): void {
    if (!this.dialer.send(writeFrame(message))) return;
    this.#silence ??= setTimeout(() => this.#doubt(), this.#patience * 1000);
  }

  /** No frame came since we sent one: the connection may be dead without a sign, as after a laptop's sleep. */
  #doubt(): void {
    // Some messages are rightly never answered (of a deleted document, for one): each doubt comes later than the last.
    this.#patience *= 2;
    this.dialer.drop("the server fell silent");
  }

  async #ask(): Promise<Inquiry> {
    const inquiry = await this.options.ask();
    this.info = inquiry.info ?? this.info;
    return inquiry;
  }

  #join(): void {
    const { name, sessionId } = this.options;
    const { storageId: _none, ...metadata } = this.peerMetadata ?? {};
    const ours = { ...metadata, name, kind: "browser", sessionId, ephemeralStoreId: sessionId, durableAcks: 1 };
    const join = { type: "join", senderId: this.peerId, peerMetadata: ours, supportedProtocolVersions: [PROTOCOL] };
    this.dialer.send(writeFrame(join));
  }

  #receive(data: unknown): void {
    this.#heardSomething();
    this.heardAt = this.options.surroundings.now();
    const frame = readFrame(data);
    if (typeof frame === "string") {
      this.lastOddity = frame;
      return;
    }
    if (frame.type === "peer") return this.#welcome(frame);
    if (frame.type === "error") return this.dialer.drop(String(frame["message"]), "incompatible");
    if (this.server) this.#dispatch(frame);
    else this.lastOddity = `a ${frame.type} before the handshake`;
  }

  #stateChanged(): void {
    if (this.link !== this.#lastLink) this.linkSince = this.options.surroundings.now();
    this.#lastLink = this.link;
    this.listener?.linkChanged();
  }

  #heardSomething(): void {
    clearTimeout(this.#silence);
    this.#silence = undefined;
  }

  #welcome(frame: Frame): void {
    if ((frame["selectedProtocolVersion"] ?? PROTOCOL) !== PROTOCOL)
      return this.dialer.drop(`the server speaks protocol ${String(frame["selectedProtocolVersion"])}`, "incompatible");
    const peerId = frame["senderId"] as PeerId;
    const metadata = (frame["peerMetadata"] ?? {}) as ServerMetadata;
    const sameStore = metadata.storageId !== undefined && metadata.storageId === this.#last.storageId;
    const sameSession = sameStore && metadata.sessionId !== undefined && metadata.sessionId === this.#last.sessionId;
    // What a store reported as stored that may lose it now is as void as what another one reported (E43).
    const promises = !this.#last.durableAcks || Boolean(metadata.durableAcks);
    this.#last = metadata;
    this.server = { peerId, metadata };
    this.#access = metadata.access === "read" ? "read" : "write";
    this.#ready = true;
    this.#resolveReady();
    if (!sameSession || !promises) this.listener?.sessionStarted(sameStore && promises);
    this.dialer.established();
    this.emit("peer-candidate", { peerId, peerMetadata: metadata as PeerMetadata });
  }

  #dispatch(frame: Frame): void {
    const documentId = frame["documentId"] as DocumentId;
    switch (frame.type) {
      case "jupyter-automerge-notice":
        return this.listener?.refused(documentId, String(frame["reason"] ?? ""));
      case "jupyter-automerge-stored":
        return this.#stored(frame["heads"] as Record<DocumentId, string[]>);
      case "remote-heads-changed":
        return this.#remoteHeads(documentId, frame["newHeads"] as Record<string, { heads: string[] }>);
      case "doc-unavailable":
        this.listener?.unavailable(documentId);
        break;
      case "sync":
      case "request":
        this.#received(documentId, frame["data"]);
    }
    this.emit("message", frame as unknown as Message);
  }

  #received(documentId: DocumentId, data: unknown): void {
    const heads = data instanceof Uint8Array ? headsOfSyncMessage(data) : null;
    if (heads) this.listener?.headsHeard(documentId, heads, "received");
    else this.lastOddity = "a sync message without heads";
  }

  /** Only what the server says of its own store counts, and only if it promised to say so after the disk did. */
  #remoteHeads(documentId: DocumentId, newHeads: Record<string, { heads: string[] }>): void {
    const { storageId, durableAcks } = this.server?.metadata ?? {};
    const own = storageId === undefined ? undefined : newHeads[storageId];
    if (own && durableAcks) this.#stored({ [documentId]: own.heads } as Record<DocumentId, string[]>);
  }

  #stored(byDocument: Record<DocumentId, string[]>): void {
    for (const [documentId, heads] of Object.entries(byDocument ?? {}))
      this.listener?.headsHeard(documentId as DocumentId, decodeHeads(heads as UrlHeads), "stored");
  }

  #down(): void {
    this.#heardSomething();
    const server = this.server;
    this.server = null;
    if (server) this.emit("peer-disconnected", { peerId: server.peerId });
  }
}
