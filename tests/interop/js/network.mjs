// The stock WebSocket adapters, with their frames counted.
import { WebSocketClientAdapter, WebSocketServerAdapter } from "@automerge/automerge-repo-network-websocket"
import { WebSocketServer } from "ws"

export class FrameCount {
  constructor() {
    this.reset()
  }

  reset() {
    this.sent = {}
    this.received = {}
  }

  watch(adapter) {
    const send = adapter.send.bind(adapter)
    adapter.send = message => {
      this.sent[message.type] = (this.sent[message.type] ?? 0) + 1
      return send(message)
    }
    adapter.on("message", message => {
      this.received[message.type] = (this.received[message.type] ?? 0) + 1
    })
    return adapter
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
