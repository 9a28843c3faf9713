/**
 * The widgets of this page whose rows a kernel feeds, by their key. The loader puts them here, a view of the same
 * key finds them, whichever came first. Small: it is part of the loader.
 */
export interface KernelModel {
  get(name: string): unknown;
  on(event: string, listener: () => void): void;
  off(event: string, listener: () => void): void;
  readonly widget_manager?: { get_model(id: string): Promise<unknown> };
}

const MODELS = Symbol.for("jupyter_automerge.models");
export const MODELS_CHANGED = "jupyter_automerge-models";

export function models(): Map<string, KernelModel> {
  const page = globalThis as unknown as Record<symbol, Map<string, KernelModel> | undefined>;
  return (page[MODELS] ??= new Map());
}

export function keep(key: string, model: KernelModel): () => void {
  models().set(key, model);
  dispatchEvent(new Event(MODELS_CHANGED));
  return () => {
    if (models().get(key) === model) models().delete(key);
    dispatchEvent(new Event(MODELS_CHANGED));
  };
}
