// Which items the person has read: those that stood on a visible page for a moment, large enough to be read.

const kMoment = 600;
const kLater = 5_000;

export class Reading {
  private seen = new Set<number>();
  private asked = new Set<number>();
  private observer: IntersectionObserver;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    root: Element,
    /** Whether the panel is open and this item not read yet. */
    private counts: (id: number) => boolean,
    /** Records them; false when it could not be done now. */
    private read: (ids: number[]) => Promise<boolean>,
  ) {
    const look = (entries: IntersectionObserverEntry[]): void => {
      for (const entry of entries) {
        const id = Number((entry.target as HTMLElement).dataset["id"]);
        const shown = entry.intersectionRect.height;
        const whole = Math.min(entry.boundingClientRect.height, entry.rootBounds?.height ?? 0);
        if (entry.isIntersecting && shown >= whole * 0.6) this.seen.add(id);
        else this.seen.delete(id);
      }
      this.soon();
    };
    this.observer = new IntersectionObserver(look, { root, threshold: [0, 0.2, 0.4, 0.6, 0.8, 1] });
  }

  watch(card: Element): void {
    this.observer.observe(card);
  }

  drop(card: Element): void {
    this.observer.unobserve(card);
    this.seen.delete(Number((card as HTMLElement).dataset["id"]));
  }

  /** Looks again in a moment: the page became visible, or the line is back. */
  soon(after = kMoment): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.now(), after);
  }

  end(): void {
    clearTimeout(this.timer);
    this.observer.disconnect();
  }

  private async now(): Promise<void> {
    if (document.visibilityState !== "visible") return;
    const ids = [...this.seen].filter((id) => this.counts(id) && !this.asked.has(id));
    if (!ids.length) return;
    for (const id of ids) this.asked.add(id);
    if (await this.read(ids)) return;
    for (const id of ids) this.asked.delete(id);
    this.soon(kLater);
  }
}
