// One automerge-repo Repo in a process of its own, driven over JSON lines:
//   in   {"id": 1, "command": "create", "arguments": {"value": {...}}}
//   out  {"id": 1, "answer": ...}  or  {"id": 1, "error": "..."}
// Its options are the JSON of the first argument: {peerId, storage, announce, access, gossip}.
import { EventEmitter } from "node:events"
import { createInterface } from "node:readline"
import { Repo, interpretAsDocumentId } from "@automerge/automerge-repo"
import { NodeFSStorageAdapter } from "@automerge/automerge-repo-storage-nodefs"
import { COMMANDS } from "./commands.mjs"
import { FrameCount } from "./network.mjs"
import { toJson } from "./values.mjs"

class Peer {
  constructor({ peerId, storage, announce = true, access = true, gossip = false }) {
    this.share = { announce, access }
    this.dialed = {}
    this.handles = {}
    this.broadcasts = []
    this.syncInfos = []
    this.inbox = new EventEmitter()
    this.frames = new FrameCount(this.inbox)
    this.repo = new Repo({
      peerId,
      storage: storage === undefined ? undefined : new NodeFSStorageAdapter(storage),
      shareConfig: { announce: async () => this.share.announce, access: async () => this.share.access },
      enableRemoteHeadsGossiping: gossip,
    })
  }

  keep(handle) {
    if (this.handles[handle.documentId] === handle) return handle
    this.handles[handle.documentId] = handle
    handle.on("ephemeral-message", ({ senderId, message }) => {
      this.broadcasts.push({ url: handle.url, senderId, message: toJson(message) })
      this.inbox.emit("broadcast")
    })
    return handle
  }

  handle(url) {
    const handle = this.handles[interpretAsDocumentId(url)]
    if (!handle) throw new Error(`${url} was neither created nor found by this peer`)
    return handle
  }
}

function say(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

async function obey(peer, { id, command, arguments: options }) {
  try {
    if (!(command in COMMANDS)) throw new Error(`unknown command ${command}`)
    say({ id, answer: await COMMANDS[command](peer, options) })
  } catch (error) {
    say({ id, error: error?.message ?? String(error) })
  }
}

const peer = new Peer(JSON.parse(process.argv[2] ?? "{}"))
const lines = createInterface({ input: process.stdin })
lines.on("line", line => void obey(peer, JSON.parse(line)))
// Whoever drives this process is gone or done with it.
lines.on("close", () => process.exit(0))
say({ ready: peer.repo.peerId })
