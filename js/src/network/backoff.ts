/** How long to wait before the next attempt, in seconds. */
export const SHORTEST_WAIT = 0.25;
export const LONGEST_WAIT = 10;

/**
 * The wait after `failures` attempts in a row have failed: doubling, with jitter over its upper half, so that
 * the pages of a class do not all come back in the same instant. Always within the two bounds above.
 */
export function waitAfter(failures: number, random: () => number): number {
  const full = Math.min(LONGEST_WAIT, SHORTEST_WAIT * 2 ** Math.max(0, failures));
  return Math.max(SHORTEST_WAIT, full * (0.5 + random() / 2));
}
