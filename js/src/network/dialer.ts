import { waitAfter } from "./backoff.ts";
import { type Inquiry, type Verdict, verdictOfClose } from "./verdict.ts";

/** What a Dialer needs of a WebSocket; the browser's class and the `ws` package both offer it. */
export interface Socket {
  binaryType: string;
  readonly readyState: number;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  onerror: ((event: never) => void) | null;
  send(data: string | Uint8Array): void;
  close(code?: number, reason?: string): void;
}

/** Time and chance, given from outside so that tests decide them. */
export interface Surroundings {
  readonly open: (url: string) => Socket;
  readonly random: () => number;
  readonly now: () => number;
}

export interface DialerOwner {
  /** Called before an attempt that follows a failed one, and after a refused one, to learn the reason. */
  readonly ask: () => Promise<Inquiry>;
  readonly onOpen: () => void;
  readonly onFrame: (data: unknown) => void;
  /** The connection is gone, or an attempt failed; `wasUp` tells which. */
  readonly onDown: (wasUp: boolean) => void;
  readonly onState: () => void;
}

export type DialerState = "idle" | "dialing" | "connected" | "waiting" | "closed";

export interface LastClose {
  readonly code: number;
  readonly reason: string;
  readonly at: number;
}

const OPEN = 1;

/** Keeps one WebSocket to one address open: dials, waits with backoff, learns why it was refused. */
export class Dialer {
  state: DialerState = "idle";
  /** Why the last attempt failed; null after a success and before the first failure. */
  verdict: Verdict | null = null;
  detail = "";
  failures = 0;
  lastClose: LastClose | null = null;
  retryAt = 0;
  #socket: Socket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #handshakeTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly url: string,
    private readonly owner: DialerOwner,
    private readonly surroundings: Surroundings,
    private readonly handshakeSeconds = 30,
  ) {}

  start(): void {
    if (this.state === "idle" || this.state === "closed") this.#open();
  }

  /** Something changed in the world (network back, window shown): try now instead of at `retryAt`. */
  poke(): void {
    if (this.state === "waiting") void this.#retry();
  }

  /** The owner's handshake succeeded. Not at `open`: a server that accepts and drops must not be hammered. */
  established(): void {
    clearTimeout(this.#handshakeTimer);
    this.failures = 0;
    this.verdict = null;
    this.detail = "";
    this.#become("connected");
  }

  /** False when nothing was sent because the connection is not open. */
  send(data: string | Uint8Array): boolean {
    if (this.#socket?.readyState !== OPEN) return false;
    this.#socket.send(data);
    return true;
  }

  /** Give this connection up; the usual retry follows. */
  drop(reason: string, verdict?: Verdict): void {
    if (!this.#socket) return;
    this.#lose({ code: 0, reason }, verdict);
  }

  close(): void {
    clearTimeout(this.#timer);
    const wasUp = this.state === "connected";
    this.#forgetSocket();
    this.#become("closed");
    if (wasUp) this.owner.onDown(true);
  }

  #open(): void {
    clearTimeout(this.#timer);
    const socket = this.surroundings.open(this.url);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.owner.onOpen();
    socket.onmessage = (event) => this.owner.onFrame(event.data);
    socket.onclose = (event) => this.#lose(event, verdictOfClose(event.code));
    socket.onerror = () => undefined; // a close event follows and says the same
    this.#socket = socket;
    this.#handshakeTimer = setTimeout(() => this.drop("no answer to the handshake"), this.handshakeSeconds * 1000);
    this.#become("dialing");
  }

  #forgetSocket(): void {
    clearTimeout(this.#handshakeTimer);
    const socket = this.#socket;
    if (!socket) return;
    this.#socket = null;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #lose(close: { code: number; reason: string }, verdict: Verdict | undefined): void {
    const wasUp = this.state === "connected";
    this.lastClose = { code: close.code, reason: close.reason, at: this.surroundings.now() };
    this.#forgetSocket();
    if (verdict) this.#judge({ verdict, detail: close.reason, info: null });
    else if (wasUp) this.#judge({ verdict: "unreachable", detail: close.reason || `closed with ${close.code}`, info: null });
    else void this.#askAndJudge();
    this.owner.onDown(wasUp);
  }

  async #askAndJudge(): Promise<void> {
    const inquiry = await this.owner.ask();
    // A refused upgrade at a server that answers well otherwise: a proxy without WebSockets, or a short hiccup.
    const verdict = inquiry.verdict === "fine" ? "unreachable" : inquiry.verdict;
    if (this.state === "dialing") this.#judge({ ...inquiry, verdict });
  }

  /** While the server is known to be away or unwilling one plain request asks first: no socket is opened in vain. */
  async #retry(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.failures <= 1) return this.#open();
    this.#become("dialing");
    const inquiry = await this.owner.ask();
    if (this.state !== "dialing") return;
    if (inquiry.verdict === "fine") this.#open();
    else this.#judge(inquiry);
  }

  #judge(inquiry: Inquiry): void {
    this.verdict = inquiry.verdict;
    this.detail = inquiry.detail;
    const seconds = waitAfter(this.failures, this.surroundings.random);
    this.failures += 1;
    this.retryAt = this.surroundings.now() + seconds * 1000;
    this.#timer = setTimeout(() => void this.#retry(), seconds * 1000);
    this.#become("waiting");
  }

  #become(state: DialerState): void {
    this.state = state;
    this.owner.onState();
  }
}
