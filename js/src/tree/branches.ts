import { keyOf, type Path } from "../document/path.ts";
import { firstOpen, type Openness, PAGE_OF_ROWS } from "./rows.ts";

/** Which branches of one view are open, and how far; follows them when others move items. */
export class Branches implements Openness {
  readonly open = new Set<string>();
  readonly shown = new Map<string, number>();

  openFirst(value: unknown, base: Path): void {
    for (const key of firstOpen(value, base)) this.open.add(key);
  }

  set(key: string, open: boolean): void {
    if (open) this.open.add(key);
    else this.open.delete(key);
  }

  showMore(path: Path): void {
    const key = keyOf(path);
    this.shown.set(key, (this.shown.get(key) ?? PAGE_OF_ROWS) + PAGE_OF_ROWS);
  }

  follow(moved: (path: Path) => Path | null): void {
    const open = [...this.open];
    const shown = [...this.shown];
    this.open.clear();
    this.shown.clear();
    const newKey = (key: string): string | null => {
      const path = moved(JSON.parse(key) as Path);
      return path && keyOf(path);
    };
    for (const key of open.map(newKey)) if (key) this.open.add(key);
    for (const [key, count] of shown) {
      const moved = newKey(key);
      if (moved) this.shown.set(moved, count);
    }
  }
}
