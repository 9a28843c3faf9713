import type { Socket, Surroundings } from "../src/network/dialer.ts";
import type { Inquiry, Verdict } from "../src/network/verdict.ts";

/** A server seen from a page, without sockets: it is up or down, and says why it refuses. */
export class FakeServer implements Surroundings {
  up = true;
  verdict: Verdict = "fine";
  readonly sockets: FakeSocket[] = [];
  asked = 0;
  chance = 0.5;

  readonly now = (): number => Date.now();
  readonly random = (): number => this.chance;
  readonly open = (): Socket => {
    const socket = new FakeSocket();
    this.sockets.push(socket);
    queueMicrotask(() => (this.up && this.verdict === "fine" ? socket.accept() : socket.drop(1006)));
    return socket;
  };
  readonly ask = (): Promise<Inquiry> => {
    this.asked += 1;
    return Promise.resolve({ verdict: this.up ? this.verdict : "unreachable", detail: "", info: null });
  };

  get last(): FakeSocket {
    return this.sockets.at(-1) as FakeSocket;
  }
}

export class FakeSocket implements Socket {
  binaryType = "";
  readyState = 0;
  onopen: Socket["onopen"] = null;
  onmessage: Socket["onmessage"] = null;
  onclose: Socket["onclose"] = null;
  onerror: Socket["onerror"] = null;
  readonly sent: Array<string | Uint8Array> = [];

  accept(): void {
    this.readyState = 1;
    this.onopen?.(undefined as never);
  }

  drop(code: number, reason = ""): void {
    this.readyState = 3;
    this.onclose?.({ code, reason });
  }

  send(data: string | Uint8Array): void {
    this.sent.push(data);
  }

  close(): void {
    this.readyState = 3;
  }
}

/** Let everything that is already decided happen, without letting time pass. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}
