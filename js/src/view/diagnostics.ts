import type { LiveDocument } from "../document/live-document.ts";
import type { Page } from "../page/page.ts";
import type { Chip } from "./chip.ts";

/** What someone who helps needs to know, as text to paste. No values of the document, no token, no cookie. */
export function diagnosticsOf(url: string, page: Page | null, document: LiveDocument | null, chip: Chip): string {
  const server = page?.server;
  const dialer = server?.dialer;
  const lines: Array<[string, unknown]> = [
    ["at", new Date().toISOString()],
    ["shown", chip.words],
    ["document", url],
    ["state", document?.state ?? "not opened"],
    ["own heads", document?.heads.join(" ")],
    ["heads heard from the server", document?.evidence.heads.join(" ")],
    ["heads in the server's store", document?.evidence.reported.stored.join(" ")],
    ["standing", JSON.stringify(document?.standing ?? null)],
    ["refused", document?.refusal?.reason],
    ["link", server?.link],
    ["access", server?.access],
    ["address", dialer?.url],
    ["attempts failed in a row", dialer?.failures],
    ["why", dialer?.detail],
    ["last close", dialer?.lastClose && `${dialer.lastClose.code} ${dialer.lastClose.reason} at ${new Date(dialer.lastClose.at).toISOString()}`],
    ["odd frame", server?.lastOddity],
    ["server", JSON.stringify(server?.server ?? null)],
    ["server info", JSON.stringify(server?.info ?? null)],
    ["peers", JSON.stringify(document ? page?.peersOf(document.id).map(({ id, who, facts }) => ({ id, who, ...facts })) : [])],
    ["page", `jupyter_automerge ${PACKAGE_VERSION}, ${PAGE_HASH}, peer ${page?.peerId ?? "none"}`],
    ["browser", navigator.userAgent],
  ];
  return lines.map(([name, value]) => `${name}: ${value === undefined || value === null || value === "" ? "-" : String(value)}`).join("\n");
}
