import "./core.ts";
import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { type DocHandle, encodeHeads, type PeerId, Repo, type StorageId } from "@automerge/automerge-repo/slim";
import { WebSocketServerAdapter } from "@automerge/automerge-repo-network-websocket";
import { WebSocket, WebSocketServer } from "ws";
import { ServerAdapter, type ServerListener } from "../src/network/server-adapter.ts";
import { writeFrame } from "../src/network/frames.ts";
import type { Inquiry } from "../src/network/verdict.ts";

type Note = { text: string };

/** A real automerge-repo server with the stock adapter, whose upgrades can be held back. */
class LabServer {
  readonly http: Server = createServer();
  readonly sockets = new WebSocketServer({ noServer: true });
  readonly adapter = new WebSocketServerAdapter(this.sockets as never, 60_000);
  readonly repo = new Repo({ network: [this.adapter], peerId: "server" as PeerId });
  delay = 0;

  constructor() {
    this.http.on("upgrade", (request, socket, head) => {
      setTimeout(() => this.sockets.handleUpgrade(request, socket, head, (made) => this.sockets.emit("connection", made)), this.delay);
    });
  }

  async listen(port = 0): Promise<number> {
    await new Promise<void>((resolve) => this.http.listen(port, "127.0.0.1", resolve));
    return (this.http.address() as AddressInfo).port;
  }

  /** Not reachable any more, as if its process had died; listen() brings it back. */
  async stop(): Promise<void> {
    const stopped = new Promise((resolve) => this.http.close(resolve));
    for (const socket of this.sockets.clients) socket.terminate();
    this.http.closeAllConnections();
    await stopped;
  }

  async close(): Promise<void> {
    this.sockets.close(); // ends the stock adapter's keep-alive
    await this.stop();
  }
}

function adapterFor(context: TestContext, port: number, listener: Partial<ServerListener> = {}, silenceSeconds = 30): ServerAdapter {
  const adapter = new ServerAdapter({
    url: `ws://127.0.0.1:${port}/api/automerge/sync`,
    name: "Test browser",
    sessionId: "session-1",
    silenceSeconds,
    ask: (): Promise<Inquiry> => Promise.resolve({ verdict: "unreachable", detail: "", info: null }),
    surroundings: { open: (url) => new WebSocket(url) as never, random: () => 0, now: Date.now },
  });
  const deaf = (): void => undefined;
  adapter.listener = { linkChanged: deaf, headsHeard: deaf, sessionStarted: deaf, unavailable: deaf, refused: deaf, ...listener };
  context.after(() => adapter.disconnect());
  return adapter;
}

async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`waited 10 s in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function startLab(context: TestContext): Promise<{ lab: LabServer; port: number; note: DocHandle<Note> }> {
  const lab = new LabServer();
  const port = await lab.listen();
  context.after(() => lab.close());
  return { lab, port, note: lab.repo.create<Note>({ text: "from the server" }) };
}

test("a find waits for a handshake that takes longer than the stock adapter waits", async (context) => {
  const { lab, port, note } = await startLab(context);
  lab.delay = 1300;
  const adapter = adapterFor(context, port);
  const page = new Repo({ network: [adapter] });
  const found = await page.find<Note>(note.url);
  assert.equal(found.doc().text, "from the server");
  assert.equal(adapter.link, "live");
});

test("a page that was there before its server finds the document when the server comes", async (context) => {
  const { lab, port, note } = await startLab(context);
  await lab.stop();
  const adapter = adapterFor(context, port);
  const page = new Repo({ network: [adapter] });
  const finding = page.find<Note>(note.url);
  await until("the page knows that the server is away", () => adapter.link === "offline");
  await lab.listen(port);
  assert.equal((await finding).doc().text, "from the server");
});

test("edits made while the connection is cut arrive after it, in both directions", async (context) => {
  const { lab, port, note } = await startLab(context);
  const adapter = adapterFor(context, port);
  const found = await new Repo({ network: [adapter] }).find<Note>(note.url);
  for (const socket of lab.sockets.clients) socket.terminate();
  await until("the page noticed the cut", () => adapter.link === "offline");
  found.change((root) => (root.text = "from the page"));
  await until("the server has the page's edit", () => note.doc().text === "from the page");
  note.change((root) => (root.text = "and back"));
  await until("the page has the server's edit", () => found.doc().text === "and back");
});

test("the heads that the server names in its sync messages are heard, and end at the page's own", async (context) => {
  const { port, note } = await startLab(context);
  let heard: readonly string[] = [];
  const adapter = adapterFor(context, port, { headsHeard: (_id, heads) => (heard = heads) });
  const found = await new Repo({ network: [adapter] }).find<Note>(note.url);
  found.change((root) => (root.text = "one more"));
  await until("the server confirmed the page's heads", () => encodeHeads([...heard]).join() === found.heads().join());
});

/** A server that speaks the handshake by hand, for what the stock one cannot say. */
async function scripted(context: TestContext, metadata: object, then: (socket: WebSocket) => void): Promise<{ port: number; joins: unknown[] }> {
  const { cbor } = await import("@automerge/automerge-repo/slim");
  const joins: unknown[] = [];
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  context.after(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  server.on("connection", (socket) => {
    socket.once("message", (data: Buffer) => {
      joins.push(cbor.decode(new Uint8Array(data)));
      socket.send(writeFrame({ type: "peer", senderId: "server", targetId: "page", selectedProtocolVersion: "1", peerMetadata: metadata }));
      then(socket);
    });
  });
  await new Promise((resolve) => server.once("listening", resolve));
  return { port: (server.address() as AddressInfo).port, joins };
}

test("the join says who the page is, without a storage id; the answer says what it may do", async (context) => {
  const { port, joins } = await scripted(context, { storageId: "store", access: "read" }, () => undefined);
  const adapter = adapterFor(context, port);
  adapter.connect("page" as PeerId, { isEphemeral: true });
  await until("the handshake is done", () => adapter.link === "live");
  assert.equal(adapter.access, "read");
  assert.deepEqual((joins[0] as { peerMetadata: object }).peerMetadata, {
    isEphemeral: true, name: "Test browser", kind: "browser", sessionId: "session-1", ephemeralStoreId: "session-1", durableAcks: 1,
  });
});

test("what the server's disk has counts only from a server that promised it, about its own store", async (context) => {
  const heads = encodeHeads(["ab".repeat(32)]);
  const heard: string[] = [];
  const listener: Partial<ServerListener> = { headsHeard: (id, hashes, level) => heard.push(`${id} ${level} ${hashes.join()}`) };
  const { port } = await scripted(context, { storageId: "store" as StorageId, durableAcks: 1 }, (socket) => {
    const report = (storageId: string): object => ({ type: "remote-heads-changed", senderId: "server", targetId: "page", documentId: "doc", newHeads: { [storageId]: { heads, timestamp: 1 } } });
    socket.send(writeFrame(report("someone else's")));
    socket.send(writeFrame(report("store")));
    socket.send(writeFrame({ type: "jupyter-automerge-stored", senderId: "server", targetId: "page", heads: { other: heads } }));
  });
  adapterFor(context, port, listener).connect("page" as PeerId);
  await until("both reports came", () => heard.length === 2);
  assert.deepEqual(heard, [`doc stored ${"ab".repeat(32)}`, `other stored ${"ab".repeat(32)}`]);
});

test("odd frames are noted and harm nobody", async (context) => {
  const { port } = await scripted(context, {}, (socket) => {
    socket.send("text");
    socket.send(new Uint8Array([0xff, 0x00]));
    socket.send(writeFrame({ type: "jupyter-automerge-notice", documentId: "doc", reason: "read-only" }));
  });
  const refused: string[] = [];
  const adapter = adapterFor(context, port, { refused: (id, reason) => refused.push(`${id}: ${reason}`) });
  adapter.connect("page" as PeerId);
  await until("the notice after the odd frames came", () => refused.length === 1);
  assert.deepEqual([refused, adapter.link], [["doc: read-only"], "live"]);
  assert.match(adapter.lastOddity, /not CBOR/);
});

test("a server that speaks another protocol is incompatible, not offline", async (context) => {
  const { port } = await scripted(context, {}, (socket) => socket.send(writeFrame({ type: "error", message: "unsupported protocol version" })));
  const adapter = adapterFor(context, port);
  adapter.connect("page" as PeerId);
  await until("the page knows", () => adapter.link === "incompatible");
});

test("a connection that no longer answers is given up, each time with more patience", async (context) => {
  let joins = 0;
  const { port } = await scripted(context, {}, () => (joins += 1));
  const adapter = adapterFor(context, port, {}, 0.05);
  adapter.connect("page" as PeerId);
  const speak = (): void => adapter.send({ type: "sync", senderId: "page" as PeerId, targetId: "server" as PeerId, data: new Uint8Array([1]) });
  const times: number[] = [];
  for (const round of [1, 2, 3]) {
    await until(`connection ${round} stands`, () => adapter.link === "live" && joins === round);
    const start = Date.now();
    speak();
    await until("the page gave it up", () => adapter.dialer.lastClose?.reason === "the server fell silent" && adapter.link !== "live");
    times.push(Date.now() - start);
  }
  assert.ok(times[0] as number >= 45 && times[1] as number >= 95 && times[2] as number >= 195, `gave up after ${times.join(", ")} ms`);
});
