// What a page sees of Herald's web chat widget (docs/how-to/widget.md). Installed beside the built file; the sources
// implement exactly these types.

export type Transport = "websocket" | "sse" | "long-poll" | "poll";

/** connecting: not yet, or again soon. live: what happens shows at once. offline: the daemon cannot be reached; tried again.
 *  signed-out: no valid token. elsewhere: more streams than allowed were opened, this one was let go. refused: the daemon
 *  does not know the person, or does not want this page; tried again after a minute. signed-out and elsewhere stay until connect() is
 *  called. */
export type Status = "connecting" | "live" | "offline" | "signed-out" | "elsewhere" | "refused" | "closed";

export interface Action {
  id: string;
  label: string;
  /** What a person may type instead. */
  text: string;
}

/** As in docs/reference/webchat-api.md. */
export interface Item {
  id: number;
  herald_id: string;
  seq: number;
  type: string;
  title: string;
  /** The exact text, Markdown included; never put it into innerHTML. */
  text: string;
  /** ISO 8601, UTC. */
  timestamp: string;
  read: boolean;
  actions: Action[];
  /** The id of the action that was chosen, once one was. */
  answered?: string;
  /** false: has left the list. */
  active?: boolean;
  withdrawn?: boolean;
}

export interface Answer {
  /** won, repeated; or why it does not count: already_answered, expired, ambiguous, no_question, not_an_option, not_yours, failed. */
  verdict: string;
  /** Words for people, from the daemon. */
  message: string;
  herald_id?: string;
  action?: string;
  label?: string;
}

export interface InboxOptions {
  /** User id or phone, as in the API's paths. */
  user: string;
  /** Where the API is; default: beside the script, else /api/web-chat of this page. */
  base?: string;
  /** Asked for a user token at the start, and again when one is no longer valid. Without it the cookie counts. */
  token?: string | (() => string | Promise<string>);
  /** Tried in this order; default: all four. */
  transports?: readonly Transport[];
  /** false: this tab keeps a connection of its own. */
  share?: boolean;
}

export interface InboxEvents {
  /** New items, oldest first. Also the active list, once, at the start: then `first` is true. */
  notifications: { items: Item[]; first: boolean };
  /** Items were read, answered, cleared or withdrawn, here or elsewhere. */
  change: { items: Item[] };
  unread: { count: number };
  status: { status: Status; transport: Transport | null };
  answer: Answer;
}

/** One person's inbox without any display. */
export interface Inbox {
  /** What is known, oldest first; items that left the list too. */
  readonly items: readonly Item[];
  readonly unread: number;
  readonly status: Status;
  readonly transport: Transport | null;
  readonly cursor: string | null;
  /** Server's clock minus this machine's, in milliseconds. */
  readonly skew: number;
  on<K extends keyof InboxEvents>(name: K, listener: (event: InboxEvents[K]) => void): () => void;
  connect(): void;
  close(): void;
  /** Marks items as read; false when that could not be recorded. */
  markRead(ids: readonly number[]): Promise<boolean>;
  clear(): Promise<boolean>;
  /** A button of an item. */
  answer(id: number, action: string): Promise<Answer>;
  /** Typed words: they answer the open question when there is exactly one. */
  say(text: string): Promise<Answer>;
  /** Adds up to 500 earlier items; false when they could not be had. */
  history(): Promise<boolean>;
}

export type Words = Record<
  | "title" | "open" | "close" | "clear" | "empty" | "earlier" | "unread" | "today" | "yesterday" | "now" | "reply" | "send"
  | "choose" | "chosen" | "withdrawn" | "mute" | "unmute" | "connecting" | "offline" | "signed-out" | "elsewhere" | "refused"
  | "retry" | "failed" | "arrived" | "reading" | "more" | "info" | "confirmation" | "status_update" | "provider_request"
  | "already_answered" | "expired" | "ambiguous" | "no_question" | "not_an_option" | "not_yours",
  string
>;

export interface WidgetOptions extends InboxOptions {
  /** fr or en; other languages with `words`. Default: the page's. */
  lang?: string;
  words?: Partial<Words>;
  theme?: "auto" | "light" | "dark";
  /** A short sound when something new comes. Browsers allow it once the person has used the page. */
  sound?: boolean;
  /** The page's title says how much is new while the page is not seen. */
  blink?: boolean;
  position?: "end" | "start";
  /** Where to put it; default: the end of the body. */
  parent?: Element;
  /** Without bell: the panel fills the element. */
  inline?: boolean;
  /** always: the reply box shows even when nothing is asked. */
  reply?: "asked" | "always" | "never";
}

/** Events on the element, which bubble: herald-notifications, herald-change, herald-unread, herald-status, herald-answer
 *  (detail as in InboxEvents), herald-open, herald-close. */
export interface HeraldInboxElement extends HTMLElement {
  readonly inbox: Inbox | null;
  readonly isOpen: boolean;
  open(): void;
  close(): void;
}

export interface HeraldApi {
  /** Without display. */
  inbox(options: InboxOptions): Inbox;
  /** With bell and panel. */
  mount(options: WidgetOptions): HeraldInboxElement;
  /** What the script tag made, if its data attributes asked for it. */
  readonly element: HeraldInboxElement | null;
}

declare global {
  interface Window {
    Herald: HeraldApi;
  }
  interface HTMLElementTagNameMap {
    "herald-inbox": HeraldInboxElement;
  }
}
