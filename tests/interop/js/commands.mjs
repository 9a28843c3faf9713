// What a peer process can be told to do: name -> async (peer, arguments) -> JSON answer.
import { interpretAsDocumentId } from "@automerge/automerge-repo"
import * as Automerge from "@automerge/automerge/slim"
import { applyEdits } from "./edits.mjs"
import { dial, listen } from "./network.mjs"
import { canonical, fromJson, toJson } from "./values.mjs"

function state(handle) {
  return { url: handle.url, heads: handle.heads(), value: toJson(handle.doc()) }
}

// Resolves once `holds()` is true; asked again at each of the emitter's events.
function until(emitter, events, holds) {
  return new Promise(resolve => {
    const check = () => {
      if (!holds()) return
      events.forEach(event => emitter.off(event, check))
      resolve()
    }
    events.forEach(event => emitter.on(event, check))
    check()
  })
}

const sorted = heads => [...heads].sort().join()

export const COMMANDS = {
  connect: async (peer, { url, retryInterval = 200 }) => {
    peer.dialed[url] = dial(peer.repo, peer.frames, url, retryInterval)
    return null
  },
  disconnect: async (peer, { url }) => {
    peer.repo.networkSubsystem.removeNetworkAdapter(peer.dialed[url])
    delete peer.dialed[url]
    return null
  },
  listen: async (peer, { port = 0, keepAliveInterval = 5000 }) => {
    peer.listening = await listen(peer.repo, peer.frames, port, keepAliveInterval)
    return { port: peer.listening.port }
  },
  stop_listening: async peer => {
    const { adapter, server } = peer.listening
    peer.repo.networkSubsystem.removeNetworkAdapter(adapter)
    await new Promise(resolve => server.close(resolve))
    return null
  },
  peers: async peer => peer.repo.peers,
  wait_peers: async (peer, { count }) => {
    // The Repo learns of a peer in a listener of the same event, which was there first.
    await until(peer.repo.networkSubsystem, ["peer", "peer-disconnected"], () => peer.repo.peers.length === count)
    return peer.repo.peers
  },
  peer_metadata: async (peer, { peerId }) => peer.repo.peerMetadataByPeerId[peerId] ?? null,

  create: async (peer, { value }) => state(peer.keep(peer.repo.create(value === undefined ? undefined : fromJson(value)))),
  find: async (peer, { url, timeout = 30000 }) =>
    state(peer.keep(await peer.repo.find(url, { signal: AbortSignal.timeout(timeout) }))),
  clone: async (peer, { url }) => state(peer.keep(peer.repo.clone(peer.handle(url)))),
  merge: async (peer, { url, other }) => {
    peer.handle(url).merge(peer.handle(other))
    return state(peer.handle(url))
  },
  import: async (peer, { bytes, documentId }) =>
    state(peer.keep(peer.repo.import(new Uint8Array(Buffer.from(bytes, "base64")), documentId ? { docId: documentId } : undefined))),
  export: async (peer, { url }) => Buffer.from(await peer.repo.export(interpretAsDocumentId(url))).toString("base64"),
  delete: async (peer, { url }) => {
    peer.repo.delete(url)
    delete peer.handles[interpretAsDocumentId(url)]
    return null
  },
  forget: async (peer, { url }) => {
    await peer.repo.removeFromCache(interpretAsDocumentId(url))
    delete peer.handles[interpretAsDocumentId(url)]
    return null
  },

  documents: async peer => Object.values(peer.repo.handles).map(handle => handle.url),
  // A document that comes by itself: never asked for, or asked for in vain.
  wait_document: async (peer, { url }) => {
    const id = interpretAsDocumentId(url)
    const has = () => peer.repo.handles[id]?.isReady() && peer.repo.handles[id].heads().length > 0
    await until(peer.inbox, ["frame"], has)
    return state(peer.keep(peer.repo.handles[id]))
  },

  state: async (peer, { url }) => state(peer.handle(url)),
  changes: async (peer, { url }) => Automerge.getAllChanges(peer.handle(url).doc()).length,
  change: async (peer, { url, edits, message }) => {
    peer.handle(url).change(document => applyEdits(document, edits), message ? { message } : {})
    return state(peer.handle(url))
  },
  // Each edit is a change of its own, `interval` ms after the one before.
  type: async (peer, { url, edits, interval }) => {
    const times = []
    for (const edit of edits) {
      times.push(Date.now())
      peer.handle(url).change(document => applyEdits(document, [edit]))
      await new Promise(resolve => setTimeout(resolve, interval))
    }
    return { ...state(peer.handle(url)), times }
  },
  wait_value: async (peer, { url, value }) => {
    const handle = peer.handle(url)
    await until(handle, ["heads-changed"], () => canonical(toJson(handle.doc())) === canonical(value))
    return state(handle)
  },
  wait_heads: async (peer, { url, heads }) => {
    const handle = peer.handle(url)
    await until(handle, ["heads-changed"], () => sorted(handle.heads()) === sorted(heads))
    return state(handle)
  },

  broadcast: async (peer, { url, value }) => {
    peer.handle(url).broadcast(fromJson(value))
    return null
  },
  wait_broadcasts: async (peer, { count }) => {
    await until(peer.inbox, ["broadcast"], () => peer.broadcasts.length >= count)
    return peer.broadcasts
  },

  // For the bench, in ms: each change flushed before the next; many new documents flushed at once; one that opens.
  time_saves: async (peer, { url, count }) => {
    const times = []
    for (let number = 0; number < count; number++) {
      const start = performance.now()
      peer.handle(url).change(document => void (document.n = number))
      await peer.repo.flush([interpretAsDocumentId(url)])
      times.push(performance.now() - start)
    }
    return times
  },
  time_many_saves: async (peer, { count }) => {
    const ids = []
    for (let number = 0; number < count; number++) ids.push(peer.keep(peer.repo.create({ n: number })).documentId)
    const start = performance.now()
    await peer.repo.flush(ids)
    return performance.now() - start
  },
  time_open: async (peer, { url }) => {
    const start = performance.now()
    peer.keep(await peer.repo.find(url))
    return performance.now() - start
  },

  storage_id: async peer => (await peer.repo.storageId()) ?? null,
  storage_id_of: async (peer, { peerId }) => peer.repo.getStorageIdOfPeer(peerId) ?? null,
  subscribe_to_stores: async (peer, { storageIds }) => {
    peer.repo.subscribeToRemotes(storageIds)
    return null
  },
  sync_info: async (peer, { url, storageId }) => peer.handle(url).getSyncInfo(storageId) ?? null,
  wait_sync_info: async (peer, { url, storageId, heads }) => {
    const handle = peer.handle(url)
    await until(handle, ["remote-heads"], () => sorted(handle.getSyncInfo(storageId)?.lastHeads ?? ["none"]) === sorted(heads))
    return handle.getSyncInfo(storageId)
  },

  // From now on, with the time in ms at which each came.
  record_sync_info: async (peer, { url, storageId }) => {
    const handle = peer.handle(url)
    handle.on("remote-heads", () => {
      peer.syncInfos.push({ at: Date.now(), heads: handle.getSyncInfo(storageId)?.lastHeads ?? [] })
    })
    return null
  },
  sync_infos: async peer => peer.syncInfos,

  allow: async (peer, { announce, access }) => {
    peer.share = { announce, access }
    peer.repo.shareConfigChanged()
    return null
  },
  flush: async peer => {
    await peer.repo.flush()
    return null
  },
  frames: async peer => ({
    sent: peer.frames.sent,
    received: peer.frames.received,
    sent_bytes: peer.frames.sentBytes,
    received_bytes: peer.frames.receivedBytes,
  }),
  // Longer than the 100 ms for which automerge-repo collects edits.
  quiet: async (peer, { milliseconds }) => {
    while (Date.now() - peer.frames.last < milliseconds) await new Promise(resolve => setTimeout(resolve, milliseconds / 5))
    return null
  },
  reset_frames: async peer => {
    peer.frames.reset()
    return null
  },
  memory: async () => {
    globalThis.gc?.()
    return process.memoryUsage().rss
  },
  shutdown: async peer => {
    await peer.repo.shutdown()
    peer.listening?.server.close()
    return null
  },
}
