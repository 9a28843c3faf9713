// The stock sync server, kept to loopback and on a free port, which it prints as {"port": n}.
import net from "node:net"

const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (_port, ...rest) {
  this.once("listening", () => process.stdout.write(`${JSON.stringify({ port: this.address().port })}\n`))
  return listen.call(this, Number(process.env.PORT), "127.0.0.1", ...rest)
}
const { Server } = await import("@automerge/automerge-repo-sync-server/src/server.js")
new Server()
process.stdin.on("end", () => process.exit(0)).resume()
