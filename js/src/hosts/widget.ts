/** The anywidget module of a document. */
import { rendering } from "./loading.ts";
import { NO_MODULE, NO_SERVER, showSaved } from "./saved.ts";

export default { render: rendering(({ model, el }, server) => showSaved(el, model.get("snapshot"), server ? NO_MODULE : NO_SERVER)) };
