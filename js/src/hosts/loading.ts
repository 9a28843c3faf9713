/**
 * What the widgets' loaders share. A loader is saved with every view of every notebook, so it stays tiny and only
 * fetches the page module from the server that made the page.
 */
import type { KernelModel } from "./models.ts";

export interface RenderProps {
  readonly model: KernelModel;
  readonly el: HTMLElement;
  readonly signal?: AbortSignal;
}

export interface Mounted {
  dispose(): void;
}

/** What is shown where there is no page module; without a server there cannot be one. */
type Instead = (props: RenderProps, server: boolean) => Mounted;

const OPTIONS = ["url", "path", "view", "key", "where", "title", "snapshot"];
/** With another of these it is another view. */
const ANOTHER = ["change:url", "change:path"];

function findBase(): URL | null {
  try {
    const { baseUrl } = JSON.parse(document.getElementById("jupyter-config-data")?.textContent ?? "") as { baseUrl: string };
    return new URL(baseUrl, location.href);
  } catch {
    return null;
  }
}

async function show(props: RenderProps, instead: Instead): Promise<Mounted> {
  const { model, el } = props;
  const base = findBase();
  if (!base) return instead(props, false);
  const address = new URL(`automerge/static/page.js?v=${model.get("page_hash")}`, base).href;
  try {
    const page = (await import(address)) as { mount(target: HTMLElement, options: object): Mounted };
    const options = Object.fromEntries(OPTIONS.map((name) => [name, model.get(name)]));
    return page.mount(el, { ...options, baseUrl: base.href });
  } catch (error) {
    console.warn("jupyter_automerge:", error);
    return instead(props, true);
  }
}

export function rendering(instead: Instead): (props: RenderProps) => () => void {
  return (props) => {
    let gone = false;
    let mounted: Mounted | undefined;
    let turn = 0;
    const again = async (): Promise<void> => {
      const mine = ++turn;
      mounted?.dispose();
      mounted = undefined;
      const made = await show(props, instead);
      if (gone || mine !== turn) made.dispose();
      else mounted = made;
    };
    const start = (): void => void again();
    const leave = (): void => {
      gone = true;
      mounted?.dispose();
      for (const name of ANOTHER) props.model.off(name, start);
    };
    for (const name of ANOTHER) props.model.on(name, start);
    props.signal?.addEventListener("abort", leave);
    start();
    return leave;
  };
}
