import { initializeWasm } from "@automerge/automerge-repo/slim";

let loading: Promise<void> | null = null;

/** The Automerge core, fetched once per page; a failed fetch may be tried again. */
export function loadCore(url: string): Promise<void> {
  loading ??= fetchCore(url).catch((error: unknown) => {
    loading = null;
    throw error;
  });
  return loading;
}

async function fetchCore(url: string): Promise<void> {
  const answer = await fetch(url, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  await initializeWasm(new Uint8Array(await answer.arrayBuffer()));
}
