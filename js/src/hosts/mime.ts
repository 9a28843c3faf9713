/**
 * A JupyterLab and Notebook 7 extension in the form that their loader expects of a built one: a container with
 * `init` (takes the shared modules) and `get` (gives ours). Written by hand, it needs no lab build tools.
 */
import { NO_MODULE, showSaved } from "./saved.ts";

interface Widget {
  readonly node: HTMLElement;
  dispose(): void;
  addClass(name: string): void;
}

interface SharedModule {
  readonly get: () => Promise<() => unknown>;
  readonly loaded?: number | boolean;
}

type ShareScope = Record<string, Record<string, SharedModule>>;

interface MimeModel {
  readonly trusted: boolean;
  readonly data: Record<string, unknown>;
}

interface Mounted {
  dispose(): void;
}

interface DocumentData {
  readonly url: string;
  readonly path?: ReadonlyArray<string | number>;
  readonly view?: string;
  readonly title?: string | null;
  readonly snapshot?: unknown;
  readonly key?: string | null;
  readonly where?: string;
}

const MIME = "application/vnd.jupyter-automerge+json";
let scope: ShareScope = {};

/** The copy that the application itself runs: another one would make widgets that it does not know. */
async function sharedModule<Module>(name: string): Promise<Module> {
  const versions = Object.values(scope[name] ?? {});
  const module = versions.find(({ loaded }) => loaded) ?? versions.at(-1);
  if (!module) throw new Error(`jupyter_automerge: this application shares no ${name}`);
  return (await module.get())() as Module;
}

function findBase(): string {
  const config = JSON.parse(document.getElementById("jupyter-config-data")?.textContent ?? "{}") as { baseUrl?: string };
  return new URL(config.baseUrl ?? "/", location.href).href;
}

async function mountIn(node: HTMLElement, data: DocumentData, trusted: boolean): Promise<Mounted> {
  const baseUrl = findBase();
  const page = (await import(new URL(`automerge/static/page.js?v=${PAGE_HASH}`, baseUrl).href)) as {
    mount(target: HTMLElement, options: object): Mounted;
  };
  const { url, path, view, title, snapshot, key, where } = data;
  return page.mount(node, { url, path, view, title, snapshot, key, where, baseUrl, trusted });
}

function rendererClass(Base: new () => Widget): new () => Widget {
  return class AutomergeRenderer extends Base {
    #mounted: Promise<Mounted | undefined> = Promise.resolve(undefined);
    #shown = "";

    async renderModel(model: MimeModel): Promise<void> {
      const data = model.data[MIME] as unknown as DocumentData;
      const shown = JSON.stringify([data.url, data.path, data.view, data.key, model.trusted]);
      if (shown === this.#shown) return;
      this.#shown = shown;
      this.#unmount();
      this.#mounted = mountIn(this.node, data, model.trusted).catch((error: unknown) => {
        console.warn("jupyter_automerge:", error);
        return showSaved(this.node, data.snapshot, NO_MODULE);
      });
      await this.#mounted;
    }

    override dispose(): void {
      this.#unmount();
      super.dispose();
    }

    #unmount(): void {
      void this.#mounted.then((mounted) => mounted?.dispose());
    }
  };
}

async function extension(): Promise<object> {
  const { Widget: Base } = await sharedModule<{ Widget: new () => Widget }>("@lumino/widgets");
  const Renderer = rendererClass(Base);
  const factory = { safe: true, mimeTypes: [MIME], createRenderer: () => new Renderer() };
  return { id: "jupyter_automerge:document", rendererFactory: factory, rank: -20, dataType: "json" };
}

const container = {
  init: (given: ShareScope): void => {
    scope = given;
  },
  get: async (): Promise<() => object> => {
    const made = await extension();
    return () => ({ __esModule: true, default: made });
  },
};

const host = globalThis as unknown as { _JUPYTERLAB?: Record<string, unknown> };
host._JUPYTERLAB ??= {};
host._JUPYTERLAB["jupyter_automerge"] = container;
