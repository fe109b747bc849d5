// Days and times as people say them, in the page's language and time zone, by the server's clock.

import type { Words } from "../herald-widget";

export class When {
  private time: Intl.DateTimeFormat;
  private date: Intl.DateTimeFormat;
  private dateOfYear: Intl.DateTimeFormat;
  private whole: Intl.DateTimeFormat;
  private since: Intl.RelativeTimeFormat;

  constructor(
    lang: string,
    private words: Words,
    /** The server's present, in milliseconds. */
    private now: () => number,
  ) {
    let locale: string | undefined = lang;
    try {
      Intl.getCanonicalLocales(lang);
    } catch {
      locale = undefined; // a page's own invention: the browser's language
    }
    const make = (how: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => new Intl.DateTimeFormat(locale, how);
    this.time = make({ hour: "2-digit", minute: "2-digit" });
    this.date = make({ weekday: "long", day: "numeric", month: "long" });
    this.dateOfYear = make({ day: "numeric", month: "long", year: "numeric" });
    this.whole = make({ dateStyle: "full", timeStyle: "short" });
    this.since = new Intl.RelativeTimeFormat(locale, { numeric: "always", style: "short" });
  }

  /** "just now", "5 min ago", then the time of day. */
  short(at: Date): string {
    const minutes = Math.floor((this.now() - at.getTime()) / 60_000);
    if (minutes < 1) return this.words.now;
    return minutes < 60 ? this.since.format(-minutes, "minute") : this.time.format(at);
  }

  long(at: Date): string {
    return this.whole.format(at);
  }

  /** Heading of a day's items; equal for items of the same day. */
  day(at: Date): string {
    const today = new Date(this.now());
    const days = Math.round((midnight(today) - midnight(at)) / 86_400_000);
    if (days <= 0) return this.words.today;
    if (days === 1) return this.words.yesterday;
    return (at.getFullYear() === today.getFullYear() ? this.date : this.dateOfYear).format(at);
  }
}

function midnight(at: Date): number {
  return new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
}
