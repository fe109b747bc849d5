// Makes elements without any text ever being read as HTML, so that pages can require Trusted Types.

type Child = Node | string | null | false;

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string | boolean | null> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const out = document.createElement(tag);
  set(out, attributes);
  for (const child of children) if (child !== null && child !== false) out.append(child);
  return out;
}

/** false and null remove; true is an empty attribute. */
export function set(element: Element, attributes: Record<string, string | boolean | null>): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === false) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? "" : value);
  }
}

const kSvg = "http://www.w3.org/2000/svg";

/** A line drawing of 24 by 24, in the colour of the text. */
export function icon(path: string): SVGElement {
  const svg = document.createElementNS(kSvg, "svg");
  set(svg, { viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" });
  const line = document.createElementNS(kSvg, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

export const kIcons = {
  bell: "M6 9a6 6 0 0 1 12 0c0 6 2.5 7.5 2.5 7.5h-17S6 15 6 9M10 20a2.2 2.2 0 0 0 4 0",
  close: "M6 6l12 12M18 6L6 18",
  clear: "M4 7h16M9 7V4h6v3M6.5 7l1 13h9l1-13M10 11v5M14 11v5",
  sound: "M4 9.5v5h3.5L12 18V6L7.5 9.5zM15.5 9a4.5 4.5 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11",
  silent: "M4 9.5v5h3.5L12 18V6L7.5 9.5zM16 9.5l5 5M21 9.5l-5 5",
  send: "M4 12l16-8-6 16-3-7z",
  info: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 11v5M12 7.8v.2",
  confirmation: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M8 12.3l2.7 2.7L16 9.5",
  status_update: "M4 12a8 8 0 0 1 13.7-5.6L20 8.5M20 4v4.5h-4.5M20 12a8 8 0 0 1-13.7 5.6L4 15.5M4 20v-4.5h4.5",
  provider_request: "M4 5h16v11H9l-5 4zM12 8v3.2M12 13.2v.2",
};
