/**
 * Where the page's own Jupyter server is, and the addresses of what it offers.
 * A place comes from the page that Jupyter served, never from a notebook or a document.
 */
export interface Place {
  readonly http: URL;
  readonly ws: URL;
}

interface PageConfig {
  readonly baseUrl?: string;
  readonly wsUrl?: string;
}

function pageConfig(): PageConfig {
  const text = document.getElementById("jupyter-config-data")?.textContent;
  if (!text) return {};
  try {
    return JSON.parse(text) as PageConfig;
  } catch {
    // A page with a broken configuration is a page without one: the view then shows its snapshot.
    return {};
  }
}

function asFolder(url: URL): URL {
  return url.pathname.endsWith("/") ? url : new URL(`${url.pathname}/`, url);
}

/** The page's server, or null where no Jupyter server made the page (VS Code, Colab, a saved HTML file). */
export function findPlace(baseUrl?: string): Place | null {
  const config = pageConfig();
  const base = baseUrl ?? config.baseUrl;
  if (base === undefined || !/^https?:$/.test(location.protocol)) return null;
  return placeAt(new URL(base, location.href), config.wsUrl);
}

export function placeAt(base: URL, wsUrl?: string): Place {
  const http = asFolder(base);
  const ws = asFolder(new URL(wsUrl || http.href, http));
  ws.protocol = ws.protocol === "https:" || ws.protocol === "wss:" ? "wss:" : "ws:";
  return { http, ws };
}

export const addresses = {
  info: (place: Place): string => new URL("api/automerge", place.http).href,
  me: (place: Place): string => new URL("api/me", place.http).href,
  sync: (place: Place): string => new URL("api/automerge/sync", place.ws).href,
  events: (place: Place): string => new URL("api/automerge/events", place.ws).href,
  view: (place: Place, documentId: string): string => new URL(`automerge/view/${documentId}`, place.http).href,
  login: (place: Place, next: string): string =>
    new URL(`login?next=${encodeURIComponent(new URL(next, place.http).pathname)}`, place.http).href,
};
