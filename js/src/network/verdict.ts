import { addresses, type Place } from "../place.ts";

/** Why a server did not take our connection, as far as it can be learnt. */
export type Verdict = "fine" | "unreachable" | "signed-out" | "not-allowed" | "absent" | "incompatible";

export const PROTOCOL = "1";

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface Inquiry {
  readonly verdict: Verdict;
  readonly detail: string;
  readonly info: ServerInfo | null;
}

/** The part of `GET api/automerge` that the page uses. */
export interface ServerInfo {
  readonly version?: string;
  readonly protocol?: string;
  readonly name?: string;
  readonly access?: string;
  readonly user?: { readonly username?: string; readonly name?: string } | null;
}

/** The verdict that a close code carries by itself; undefined when the server has to be asked. */
export function verdictOfClose(code: number): Verdict | undefined {
  return ({ 4401: "signed-out", 4403: "not-allowed", 4409: "incompatible" } as const)[code as 4401];
}

/** Browsers hide why a WebSocket was refused. One plain request to the same server tells. */
export async function askServer(place: Place, fetch: Fetch): Promise<Inquiry> {
  let answer: Response;
  try {
    answer = await get(fetch, addresses.info(place));
  } catch (error) {
    return { verdict: "unreachable", detail: String(error), info: null };
  }
  const detail = `GET api/automerge: ${answer.status}`;
  if (answer.status === 401) return { verdict: "signed-out", detail, info: null };
  if (answer.status === 403) return { verdict: await whoIsForbidden(place, fetch), detail, info: null };
  if (answer.status === 404) return { verdict: "absent", detail, info: null };
  if (!answer.ok) return { verdict: "unreachable", detail, info: null };
  return judgeInfo(answer, detail);
}

async function judgeInfo(answer: Response, detail: string): Promise<Inquiry> {
  let info: ServerInfo;
  try {
    info = (await answer.json()) as ServerInfo;
  } catch {
    // A login page or a proxy's error page, sent with status 200.
    return { verdict: answer.redirected ? "signed-out" : "unreachable", detail: `${detail}, not JSON`, info: null };
  }
  const verdict = info.protocol === PROTOCOL ? "fine" : "incompatible";
  return { verdict, detail: `${detail}, protocol ${info.protocol}`, info };
}

/** Jupyter answers 403 both to strangers and to known users without permission; `api/me` tells them apart. */
async function whoIsForbidden(place: Place, fetch: Fetch): Promise<Verdict> {
  try {
    return (await get(fetch, addresses.me(place))).ok ? "not-allowed" : "signed-out";
  } catch {
    return "unreachable";
  }
}

function get(fetch: Fetch, url: string): Promise<Response> {
  return fetch(url, {
    credentials: "same-origin",
    cache: "no-store",
    headers: { Accept: "application/json" },
    signal: AbortSignal.timeout(10_000),
  });
}
