// Texts that would run something in a careless page: each element and scheme in several wrappings.

const kElements = [
  "<script>window.ran=1</script>",
  "<img src=x onerror=window.ran=1>",
  "<svg onload=window.ran=1>",
  "<svg><script>window.ran=1</script></svg>",
  "<iframe srcdoc='<script>parent.ran=1</script>'></iframe>",
  "<iframe src=javascript:parent.ran=1></iframe>",
  "<body onload=window.ran=1>",
  "<details open ontoggle=window.ran=1>x</details>",
  "<input autofocus onfocus=window.ran=1>",
  "<video><source onerror=window.ran=1></video>",
  "<math><mi//xlink:href='data:x,<script>window.ran=1</script>'>",
  "<style>@import 'javascript:window.ran=1';</style>",
  "<link rel=stylesheet href=javascript:window.ran=1>",
  "<object data=javascript:window.ran=1>",
  "<embed src=javascript:window.ran=1>",
  "<form action=javascript:window.ran=1><button>x</button></form>",
  "<a href=javascript:window.ran=1>x</a>",
  "<base href=https://evil.example/>",
  "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
  "<template><script>window.ran=1</script></template>",
];
const kSchemes = [
  "javascript:window.ran=1",
  "JaVaScRiPt:window.ran=1",
  "java\tscript:window.ran=1",
  "\u0001javascript:window.ran=1",
  "data:text/html,<script>window.ran=1</script>",
  "vbscript:window.ran=1",
  "blob:https://evil.example/x",
  "file:///etc/passwd",
  "//evil.example/x",
  "https://evil.example/\"onmouseover=window.ran=1",
];
const kWrappings = [(x) => x, (x) => `**${x}**`, (x) => `- ${x}`, (x) => `[x](${x})`, (x) => `\`${x}`, (x) => `"'>${x}`];

export function payloads() {
  const out = kElements.flatMap((one) => kWrappings.map((wrap) => wrap(one)));
  out.push(...kSchemes.flatMap((one) => [`[cliquez](${one})`, `[cliquez](<${one}>)`, `**[cliquez](${one})**`]));
  out.push("[bon](https://example.org/a?b=c&d=%22)", "{{constructor.constructor('window.ran=1')()}}", "${window.ran=1}", "__proto__", "\u202Etxt.exe");
  return out.filter((text) => !text.includes("\u0001")).concat("fin");
}
