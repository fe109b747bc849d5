// The looks, as a constructed style sheet: a page may forbid every inline style. Pages set --herald-accent, --herald-on-accent,
// --herald-font, --herald-width, --herald-height and --herald-z. Directions are logical, so right-to-left needs nothing more.

const kDark = `--bg:#15191f;--card:#1d232b;--fresh:#1c2f2c;--ink:#e9edf1;--soft:#a3afbb;--line:#323a44;--link:#6cc7ff;
--accent:var(--herald-accent,#35a98f);--on-accent:var(--herald-on-accent,#04120f);--alarm:#ff8a80;--shade:#000a`;

const kText = `
:host{all:initial;--bg:#fff;--card:#f4f6f7;--fresh:#e6f4f0;--ink:#1a2128;--soft:#55616d;--line:#dbe1e6;--link:#0b5cad;
--accent:var(--herald-accent,#0f6b5c);--on-accent:var(--herald-on-accent,#fff);--alarm:#b3261e;--shade:#1a21282e;
font:14px/1.5 var(--herald-font,system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif,"Noto Color Emoji");
color:var(--ink);color-scheme:light;position:fixed;inset-block-end:20px;inset-inline-end:20px;z-index:var(--herald-z,2147483000)}
:host([position=start]){inset-inline:20px auto}
:host([inline]){position:relative;inset:auto;z-index:auto;display:block;height:var(--herald-height,100%)}
:host([hidden]){display:none}
@media (prefers-color-scheme:dark){:host(:not([theme=light])){${kDark};color-scheme:dark}}
:host([theme=dark]){${kDark};color-scheme:dark}
*{box-sizing:border-box}
[hidden]{display:none!important}
button,input{font:inherit;color:inherit;margin:0}
button{cursor:pointer;border:0;background:none;border-radius:10px}
button:disabled{cursor:default;opacity:.55}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
svg{width:1.6em;height:1.6em;fill:none;stroke:currentColor;stroke-width:1.8;stroke-linecap:round;stroke-linejoin:round;display:block}
.bell{position:relative;width:56px;height:56px;border-radius:50%;background:var(--accent);color:var(--on-accent);
display:grid;place-items:center;box-shadow:0 4px 16px var(--shade);transition:transform .15s}
.bell:hover{transform:translateY(-2px)}
.badge{position:absolute;inset-block-start:-4px;inset-inline-end:-4px;min-width:22px;height:22px;padding:0 6px;border-radius:11px;
background:#c0261c;color:#fff;font-size:12px;font-weight:700;line-height:22px;text-align:center;box-shadow:0 0 0 2px var(--bg)}
.panel{position:absolute;inset-block-end:70px;inset-inline-end:0;width:var(--herald-width,380px);
height:min(var(--herald-height,600px),100vh - 110px);max-width:calc(100vw - 40px);
display:flex;flex-direction:column;overflow:hidden;background:var(--bg);border:1px solid var(--line);border-radius:16px;
box-shadow:0 12px 40px var(--shade)}
:host([position=start]) .panel{inset-inline:0 auto}
:host([inline]) .panel{position:static;width:100%;height:100%;max-width:none;box-shadow:none}
.head{display:flex;align-items:center;gap:4px;padding:10px 10px 10px 18px;border-block-end:1px solid var(--line)}
:host(:dir(rtl)) .head{padding:10px 18px 10px 10px}
.head h2{margin:0;font-size:16px;font-weight:650;flex:1}
.tool{width:36px;height:36px;display:grid;place-items:center;color:var(--soft);font-size:13px}
.tool:hover{background:var(--card);color:var(--ink)}
.state{display:flex;align-items:center;gap:10px;padding:8px 18px;background:var(--card);color:var(--soft);font-size:13px}
.state button{color:var(--link);padding:2px 6px;text-decoration:underline}
.log{flex:1;overflow-y:auto;overscroll-behavior:contain;padding:8px 12px 14px}
.log:focus-visible{outline-offset:-3px}
.empty{margin:0;padding:56px 32px;text-align:center;color:var(--soft)}
.earlier{display:block;margin:4px auto;padding:6px 12px;color:var(--link);font-size:13px}
.day{margin:12px 0 6px;text-align:center;font-size:12px;font-weight:600;color:var(--soft)}
.day::first-letter{text-transform:uppercase}
.item{position:relative;display:grid;grid-template-columns:28px 1fr;gap:0 10px;margin:0 0 8px;padding:10px 12px;
background:var(--card);border-radius:12px}
.item.fresh{background:var(--fresh)}
.item>svg{width:22px;height:22px;color:var(--accent);margin-block-start:1px}
.meta{display:flex;align-items:baseline;gap:8px;font-size:12px;color:var(--soft)}
.meta b{font-weight:600;color:var(--ink)}
.meta time{margin-inline-start:auto;white-space:nowrap}
.new{font-size:11px;font-weight:700;color:var(--on-accent);background:var(--accent);border-radius:8px;padding:0 7px}
.text{overflow-wrap:anywhere;unicode-bidi:plaintext}
.text>*{margin:6px 0 0}
.text>:first-child{margin-block-start:2px}
.text p,.text li{unicode-bidi:plaintext;text-align:start}
.text ul,.text ol{padding-inline-start:22px}
.text blockquote{padding-inline-start:10px;border-inline-start:3px solid var(--line);color:var(--soft)}
.text code{font:13px ui-monospace,"DejaVu Sans Mono",monospace;background:var(--bg);padding:1px 4px;border-radius:4px}
.text a{color:var(--link)}
.title{font-weight:650;margin-block-start:2px}
.choices{display:flex;flex-wrap:wrap;gap:8px;margin-block-start:10px}
.choice{min-width:76px;min-height:36px;padding:6px 16px;font-weight:600;border:1.5px solid var(--accent);background:var(--bg)}
.choice.first{background:var(--accent);color:var(--on-accent)}
.note{margin:8px 0 0;font-size:13px;color:var(--soft)}
.note.bad{color:var(--alarm)}
.reply{display:flex;gap:8px;padding:10px 12px;border-block-start:1px solid var(--line);align-items:center}
.reply input{flex:1;min-width:0;height:40px;padding:0 14px;border:1px solid var(--soft);border-radius:20px;background:var(--bg)}
.reply button{width:40px;height:40px;flex:none;border-radius:50%;display:grid;place-items:center;background:var(--accent);color:var(--on-accent)}
:host(:dir(rtl)) .reply svg{transform:scaleX(-1)}
.said{padding:0 18px 10px;margin:0}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media (max-width:480px){
:host(:not([inline])) .panel{position:fixed;inset:0;width:100%;height:100%;max-width:none;border:0;border-radius:0}}
@media (prefers-reduced-motion:reduce){.bell{transition:none}}
@media (forced-colors:active){.bell,.badge,.choice,.new{border:1px solid}}
`;

let sheet: CSSStyleSheet | undefined;

export function style(): CSSStyleSheet {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(kText);
  }
  return sheet;
}
