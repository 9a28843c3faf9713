// The stock sync server, kept to loopback and on a free port, which it prints as {"port": n}.
import net from "node:net"
import { encode } from "cbor-x"
import { WebSocket } from "ws"

const JOIN = encode({ type: "join", senderId: "probe", peerMetadata: {}, supportedProtocolVersions: ["1"] })

const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (_port, ...rest) {
  this.once("listening", () => void announce(this.address().port))
  return listen.call(this, Number(process.env.PORT), "127.0.0.1", ...rest)
}

// It listens before its Repo looks at connections; who comes earlier is never answered.
async function announce(port) {
  while (!(await answers(port)));
  process.stdout.write(`${JSON.stringify({ port })}\n`)
}

function answers(port) {
  return new Promise(resolve => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`)
    const timer = setTimeout(() => socket.terminate(), 200)
    socket.on("open", () => socket.send(JOIN))
    socket.on("message", () => {
      resolve(true)
      socket.terminate()
    })
    socket.on("error", () => resolve(false))
    socket.on("close", () => {
      clearTimeout(timer)
      resolve(false)
    })
  })
}

const { Server } = await import("@automerge/automerge-repo-sync-server/src/server.js")
new Server()
process.stdin.on("end", () => process.exit(0)).resume()
