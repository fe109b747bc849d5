// The looks, as a constructed style sheet: a page may forbid every inline style.

import text from "./style.css";

let sheet: CSSStyleSheet | undefined;

export function style(): CSSStyleSheet {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
  }
  return sheet;
}
