/**
 * The anywidget module of a table of who has a document. Its rows are in the widget's own state, so it is live
 * without a server too. `initialize` only says that the model is here: a slow one costs a widget all its messages.
 */
import { rendering, type RenderProps } from "./loading.ts";
import { keep } from "./models.ts";
import { showPlainPeers } from "./plain-peers.ts";

function initialize({ model }: Pick<RenderProps, "model">): (() => void) | undefined {
  const key = model.get("key");
  return typeof key === "string" ? keep(key, model) : undefined;
}

export default { initialize, render: rendering(({ model, el }) => showPlainPeers(el, model)) };
