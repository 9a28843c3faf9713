// Loading the whole package also loads its core, for the slim entry points that the page uses.
import "@automerge/automerge";
