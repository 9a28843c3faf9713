// Fails when a built file has outgrown its bound: a page is fetched by every reader, a loader is saved with every view.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const built = join(dirname(fileURLToPath(import.meta.url)), "..", "jupyter_automerge");
const remoteFolder = join("labextension", "static");
const remoteEntry = readdirSync(join(built, remoteFolder)).find((file) => file.startsWith("remoteEntry."));

const bounds = [
  [join("widget", "static", "page.js.gz"), 100_000],
  [join("widget", "static", "loader.js"), 3_000],
  [join("widget", "static", "peers-loader.js"), 3_000],
  [join(remoteFolder, remoteEntry), 4_000],
];

let failed = false;
for (const [file, most] of bounds) {
  const size = readFileSync(join(built, file)).length;
  const fits = size <= most;
  failed ||= !fits;
  console.log(`${fits ? "ok " : "BIG"} ${file}: ${size} of ${most} bytes`);
}
process.exitCode = failed ? 1 : 0;
