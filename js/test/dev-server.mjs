// A stand-in for the Jupyter server, for work on the page: real automerge-repo with its stock WebSocket server
// adapter, the addresses of the extension, and switches (POST /base/dev?mode=signed-out&cut=1&delay=3&access=read&peers=2),
// peers=9 for a reader and two files, trouble=no+space+left for a disk that fails, and ?view=peers for who has it.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { Counter, encodeHeads, ImmutableString, Repo } from "@automerge/automerge-repo";
import { WebSocketServerAdapter } from "@automerge/automerge-repo-network-websocket";
import { WebSocketServer } from "ws";

const here = dirname(fileURLToPath(import.meta.url));
const built = join(here, "..", "..", "jupyter_automerge", "widget", "static");
const TYPES = { js: "text/javascript", wasm: "application/wasm", json: "application/json", html: "text/html" };

class MemoryStore {
  #data = new Map();
  #under = (prefix) => [...this.#data].filter(([key]) => key.startsWith(prefix.join("/")));
  load = async (key) => this.#data.get(key.join("/"));
  save = async (key, data) => void this.#data.set(key.join("/"), data);
  remove = async (key) => void this.#data.delete(key.join("/"));
  loadRange = async (prefix) => this.#under(prefix).map(([key, data]) => ({ key: key.split("/"), data }));
  removeRange = async (prefix) => this.#under(prefix).forEach(([key]) => this.#data.delete(key));
}

/** The stock adapter, with the extra words of our server in its `peer` message. */
class ServerAdapter extends WebSocketServerAdapter {
  extra = {};
  connect(peerId, metadata) {
    super.connect(peerId, metadata);
    Object.defineProperty(this, "peerMetadata", { get: () => ({ ...metadata, ...this.extra }) });
  }
}

export async function startServer({ port = 0, base = "/base/" } = {}) {
  const state = { mode: "ok", delay: 0, peers: 6, access: "write", trouble: "", session: String(Math.random()) };
  const sockets = new Set();
  const syncSockets = new WebSocketServer({ noServer: true });
  const eventSockets = new WebSocketServer({ noServer: true });
  const adapter = new ServerAdapter(syncSockets, 60_000);
  adapter.extra = { name: "dev server", access: state.access, sessionId: state.session };
  const repo = new Repo({ network: [adapter], storage: new MemoryStore(), peerId: `server-${Math.random()}` });
  const document = repo.create({
    title: "Plan for the workshop",
    about: "A document that several people write at once.\nIt has two lines.",
    tasks: [{ text: "write", done: false }, { text: "read it aloud, slowly, and then once more to someone else", done: true }],
    votes: new Counter(3),
    ratio: 0.75,
    year: 2026,
    due: new Date("2026-12-01T09:00:00Z"),
    key: new ImmutableString("fixed"),
    icon: new Uint8Array([137, 80, 78, 71]),
    nothing: null,
  });
  const documents = { plan: document };

  const first = document.heads();
  const rowsOf = () => {
    const now = document.heads();
    const away = { link: "offline", asOf: "2026-11-20T08:12:00Z", via: [], peerIds: [] };
    const here = { link: "connected", asOf: new Date().toISOString(), via: [], peerIds: [] };
    const lasting = { durableAcks: true, ephemeral: false };
    const passing = { durableAcks: false, ephemeral: true };
    return [
      { ...here, ...passing, id: "kernel-store", name: "workshop.ipynb", kind: "kernel", heads: { received: now }, user: { username: "alice", name: "Alice" } },
      { ...away, ...passing, id: "anna-store", name: "Firefox on Windows", kind: "browser", heads: { received: first }, user: { username: "anna", name: "Anna" } },
      { ...here, ...passing, id: "bob-store", name: "Firefox on Windows", kind: "browser", heads: { received: now }, user: { username: "bob", name: "Bob" } },
      { ...here, ...lasting, id: "upstream", name: "sync.example.org", kind: "server", heads: { received: now, stored: now } },
      { ...away, ...lasting, id: "attic", name: "laptop in the attic", kind: "script", heads: { stored: first } },
      { ...here, ...lasting, id: "silent", name: "colleague", kind: "server", denied: true, heads: {} },
      { ...here, ...passing, id: "carol-store", name: "Chrome on Linux, window 594", kind: "browser", reader: true, heads: { received: [...now, ...encodeHeads(["ab".repeat(32)])] }, user: { username: "carol", name: "Carol" } },
      { ...here, ...lasting, id: "file:/data/plan.json", name: "plan.json", kind: "file", projection: true, heads: { stored: now } },
      { ...away, ...lasting, id: "file:/data/plan.md", name: "plan.md", kind: "file", projection: true, trouble: "[Errno 28] No space left on device", heads: { stored: first } },
    ].slice(0, state.peers);
  };

  function answer(response, status, type, body) {
    response.writeHead(status, { "Content-Type": type, "Cache-Control": "no-store" });
    response.end(body);
  }
  const send = (response, status, value) => answer(response, status, TYPES.json, JSON.stringify(value));

  function viewPage(id, view) {
    const config = JSON.stringify({ baseUrl: base, wsUrl: "" });
    return `<!doctype html><meta charset="utf-8"><title>document</title><script id="jupyter-config-data" type="application/json">${config}</script>
<style>body{margin:12px;color-scheme:light dark}</style><main id="here"></main>
<script type="module">import { mount } from "${base}automerge/static/page.js";
mount(document.getElementById("here"), { url: "automerge:${id}", view: ${JSON.stringify(view)} });</script>`;
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url, "http://here");
    const path = url.pathname.slice(base.length - 1);
    if (path === "/dev") return void (change(url.searchParams), send(response, 200, { url: document.url }));
    if (path === "/api/me") return send(response, state.mode === "signed-out" ? 403 : 200, {});
    if (path === "/api/automerge") return info(response);
    if (path.startsWith("/automerge/view/")) return answer(response, 200, TYPES.html, viewPage(path.split("/").at(-1), url.searchParams.get("view") ?? "document"));
    const [, file] = /^\/automerge\/static\/(.+)$/.exec(path) ?? [];
    if (!file) return send(response, 404, { message: "not here" });
    try {
      answer(response, 200, TYPES[file.split(".").at(-1)], readFileSync(join(built, normalize(`/${file}`))));
    } catch {
      send(response, 404, { message: file });
    }
  });

  function info(response) {
    const status = { "signed-out": 403, "not-allowed": 403, absent: 404 }[state.mode];
    if (status) return send(response, status, { message: "Forbidden" });
    send(response, 200, { version: "0.1.0", protocol: state.mode === "incompatible" ? "2" : "1", name: "dev server", access: state.access });
  }

  function change(wanted) {
    state.mode = wanted.get("mode") ?? state.mode;
    state.delay = Number(wanted.get("delay") ?? state.delay);
    state.access = wanted.get("access") ?? state.access;
    state.peers = Number(wanted.get("peers") ?? state.peers);
    state.trouble = wanted.get("trouble") ?? state.trouble;
    adapter.extra.access = state.access;
    if (wanted.get("text")) document.change((root) => { root.about = wanted.get("text") + root.about; });
    if (wanted.get("insert")) document.change((root) => root.tasks.unshift({ text: wanted.get("insert"), done: false }));
    if (wanted.get("votes")) document.change((root) => root.votes.increment(Number(wanted.get("votes"))));
    if (wanted.get("year")) document.change((root) => { root.year = Number(wanted.get("year")); });
    if (wanted.get("cut")) for (const socket of [...syncSockets.clients, ...eventSockets.clients]) socket.terminate();
  }

  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.on("upgrade", (request, socket, head) => {
    const path = request.url.slice(base.length - 1);
    if (state.mode !== "ok") return socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    if (path === "/api/automerge/events") return eventSockets.handleUpgrade(request, socket, head, (made) => eventSockets.emit("connection", made));
    const upgrade = () => syncSockets.handleUpgrade(request, socket, head, (made) => syncSockets.emit("connection", made));
    setTimeout(upgrade, state.delay * 1000);
  });
  eventSockets.on("connection", (socket) => {
    socket.send(JSON.stringify({ type: "hello" }));
    socket.on("message", (data) => {
      const { type, documentId } = JSON.parse(String(data));
      const tell = () => {
        const heads = document.heads();
        const local = { id: repo.networkSubsystem.peerMetadata.storageId, name: "dev server", received: heads, stored: state.trouble ? first : heads, trouble: state.trouble };
        socket.send(JSON.stringify({ type: "peers", documentId, local, rows: rowsOf() }));
      };
      if (type !== "watch") return;
      tell();
      document.on("change", tell);
      socket.on("close", () => document.off("change", tell));
    });
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  return { repo, documents, state, change, port: server.address().port, base, close: () => new Promise((resolve) => { for (const socket of sockets) socket.destroy(); server.close(resolve); }) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const started = await startServer({ port: Number(process.argv[2] ?? 0) });
  console.log(`http://127.0.0.1:${started.port}${started.base}automerge/view/${started.documents.plan.documentId}`);
}
