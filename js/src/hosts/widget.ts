/**
 * The anywidget module: saved with every view of every notebook, so it stays tiny and only fetches the page module
 * from the server that made the page. `initialize` only says that the model is here: a slow one costs a widget all
 * its messages.
 */
import { keep, type KernelModel } from "./models.ts";
import { showPlainPeers } from "./plain-peers.ts";
import { NO_MODULE, showSaved } from "./saved.ts";

interface RenderProps {
  readonly model: KernelModel;
  readonly el: HTMLElement;
  readonly signal?: AbortSignal;
}

interface Mounted {
  dispose(): void;
}

function findBase(): URL | null {
  try {
    const { baseUrl } = JSON.parse(document.getElementById("jupyter-config-data")?.textContent ?? "") as { baseUrl: string };
    return new URL(baseUrl, location.href);
  } catch {
    return null;
  }
}

async function show({ model, el }: RenderProps): Promise<Mounted> {
  const base = findBase();
  const snapshot = model.get("snapshot");
  const saved = (why: string): Mounted => (model.get("view") === "peers" ? showPlainPeers(el, model) : showSaved(el, snapshot, why));
  if (!base) return saved("there is no Jupyter server here to be live with");
  const address = new URL(`automerge/static/page.js?v=${String(model.get("page_hash"))}`, base).href;
  try {
    const page = (await import(address)) as { mount(target: HTMLElement, options: object): Mounted };
    const [url, path, view, key, where, title] = ["url", "path", "view", "key", "where", "title"].map((name) => model.get(name));
    return page.mount(el, { url, path, view, key, where, title, snapshot, baseUrl: base.href });
  } catch (error) {
    console.warn("jupyter_automerge:", error);
    return saved(NO_MODULE);
  }
}

function render(props: RenderProps): () => void {
  let gone = false;
  let mounted: Mounted | undefined;
  let turn = 0;
  const again = async (): Promise<void> => {
    const mine = ++turn;
    mounted?.dispose();
    mounted = undefined;
    const made = await show(props);
    if (gone || mine !== turn) made.dispose();
    else mounted = made;
  };
  const leave = (): void => {
    gone = true;
    mounted?.dispose();
    for (const name of NAMES) props.model.off(name, start);
  };
  const start = (): void => void again();
  for (const name of NAMES) props.model.on(name, start);
  props.signal?.addEventListener("abort", leave);
  start();
  return leave;
}

const NAMES = ["change:url", "change:path"];

function initialize({ model }: Pick<RenderProps, "model">): (() => void) | undefined {
  const key = model.get("key");
  return typeof key === "string" ? keep(key, model) : undefined;
}

export default { initialize, render };
