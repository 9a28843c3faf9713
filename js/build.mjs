// Builds what Jupyter serves: the page module, the Automerge core, the widgets' loaders, the lab extension.
// Building twice changes no byte.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const packageFolder = join(here, "..", "jupyter_automerge");
const staticFolder = join(packageFolder, "widget", "static");
const labFolder = join(packageFolder, "labextension");
const { name, version, description, license } = JSON.parse(readFileSync(join(here, "package.json"), "utf8"));

const hashOf = (bytes) => createHash("sha256").update(bytes).digest("hex").slice(0, 16);

/** gzip writes the kind of operating system into its header; 255 means unknown, and is the same everywhere. */
function gzip(bytes) {
  const packed = gzipSync(bytes, { level: 9 });
  packed[9] = 255;
  return packed;
}

async function bundle(entry, format, define) {
  const result = await build({
    entryPoints: [join(here, "src", entry)],
    bundle: true,
    write: false,
    minify: true,
    format,
    target: "es2022",
    platform: "browser",
    legalComments: "none",
    charset: "utf8",
    loader: { ".css": "text" },
    plugins: [minifiedCss],
    define: { "process.env.NODE_ENV": '"production"', PACKAGE_VERSION: JSON.stringify(version), ...define },
    absWorkingDir: here,
    logLevel: "warning",
  });
  return Buffer.from(result.outputFiles[0].contents);
}

const minifiedCss = {
  name: "minified-css",
  setup({ onLoad, esbuild }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await esbuild.transform(readFileSync(path, "utf8"), { loader: "css", minify: true });
      return { contents: code, loader: "text" };
    });
  },
};

const folderOf = (specifier) => dirname(fileURLToPath(import.meta.resolve(specifier)));
const wasm = readFileSync(join(folderOf("@automerge/automerge/automerge.wasm"), "automerge.wasm"));
const wasmHash = hashOf(wasm);

// The page names its own hash in diagnostics: the hash of its content with this one still unknown.
const wasmKnown = { WASM_HASH: JSON.stringify(wasmHash) };
const draft = await bundle("mount.ts", "esm", { ...wasmKnown, PAGE_HASH: '"unknown"' });
const pageHash = hashOf(draft);
const page = await bundle("mount.ts", "esm", { ...wasmKnown, PAGE_HASH: JSON.stringify(pageHash) });
const loader = await bundle("hosts/widget.ts", "esm", {});
const peersLoader = await bundle("hosts/peers-widget.ts", "esm", {});
const remoteEntry = await bundle("hosts/mime.ts", "iife", { PAGE_HASH: JSON.stringify(pageHash) });
// Jupyter lets browsers keep extension files: a new content needs a new name.
const remoteName = `remoteEntry.${hashOf(remoteEntry)}.js`;

/** Replaces the folder's files without a moment in which one is missing: a running server may hand them out. */
function write(folder, files) {
  for (const [file, content] of Object.entries(files)) {
    const path = join(folder, file);
    mkdirSync(dirname(path), { recursive: true });
    if (existsSync(path) && readFileSync(path).equals(Buffer.from(content))) continue;
    writeFileSync(`${path}.new`, content);
    renameSync(`${path}.new`, path);
  }
}

const json = (value) => `${JSON.stringify(value, null, 2)}\n`;

write(staticFolder, {
  "page.js": page,
  "page.js.gz": gzip(page),
  "automerge.wasm": wasm,
  "automerge.wasm.gz": gzip(wasm),
  "loader.js": loader,
  "peers-loader.js": peersLoader,
  "manifest.json": json({ page: { file: "page.js", hash: pageHash }, wasm: { file: "automerge.wasm", hash: wasmHash } }),
});
write(labFolder, {
  "package.json": json({
    name, version, description, license,
    jupyterlab: { mimeExtension: true, _build: { load: `static/${remoteName}`, mimeExtension: "./mimeExtension" } },
  }),
  "install.json": json({
    packageManager: "python",
    packageName: "jupyter_automerge",
    uninstallInstructions: "Use your Python package manager (pip uninstall jupyter_automerge) to uninstall it",
  }),
  [`static/${remoteName}`]: remoteEntry,
});

for (const file of readdirSync(join(labFolder, "static"))) if (file !== remoteName) rmSync(join(labFolder, "static", file));
