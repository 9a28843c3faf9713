// The stock WebSocket adapters, with their frames counted.
import { WebSocketClientAdapter, WebSocketServerAdapter } from "@automerge/automerge-repo-network-websocket"
import { WebSocketServer } from "ws"

export class FrameCount {
  constructor(inbox) {
    this.inbox = inbox
    this.reset()
  }

  reset() {
    this.sent = {}
    this.received = {}
    this.sentBytes = 0
    this.receivedBytes = 0
    this.last = Date.now()
  }

  watch(adapter) {
    const send = adapter.send.bind(adapter)
    adapter.send = message => {
      this.sentBytes += this.#count(this.sent, message)
      return send(message)
    }
    adapter.on("message", message => {
      this.receivedBytes += this.#count(this.received, message)
      // The Repo, which listens as well, looks at the message first.
      setImmediate(() => this.inbox.emit("frame"))
    })
    return adapter
  }

  #count(table, message) {
    table[message.type] = (table[message.type] ?? 0) + 1
    this.last = Date.now()
    return message.data?.byteLength ?? 0
  }
}

export function dial(repo, count, url, retryInterval) {
  const adapter = count.watch(new WebSocketClientAdapter(url, retryInterval))
  repo.networkSubsystem.addNetworkAdapter(adapter)
  return adapter
}

export async function listen(repo, count, port, keepAliveInterval) {
  const server = new WebSocketServer({ port, host: "127.0.0.1" })
  await new Promise((resolve, reject) => {
    server.once("listening", resolve)
    server.once("error", reject)
  })
  const adapter = count.watch(new WebSocketServerAdapter(server, keepAliveInterval))
  repo.networkSubsystem.addNetworkAdapter(adapter)
  // The adapter takes connections only once the Repo has read its storage id; earlier ones are never looked at.
  await repo.networkSubsystem.peerMetadata
  return { adapter, server, port: server.address().port }
}
