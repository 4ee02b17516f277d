#!/usr/bin/env bash
# librsvg 2.61.1, as npm's sharp 0.34.4 brings it; beside it resvg, as @resvg/resvg-js 2.6.2 brings it.
#
# Guess: a space at the end of a <tspan> parts two words, as it does in browsers: <tspan>a </tspan><tspan>b</tspan> looks like "a b".
# Seen: librsvg takes spaces away at both ends of each <tspan>, not only of the <text> around them, so coloured pieces of a line
# run together: "ab". A space between the <tspan> elements stays, and so does one in a <tspan xml:space="preserve">. resvg keeps
# all of them.
#
# Who writes a line of code or an address as coloured pieces sees the right picture in a browser, and another one in what librsvg
# draws.
#
# Printed is, for each text, how far to the right it is drawn: like "a b", or like "ab".
#
# Needs: node with npm, and a monospace font that fontconfig finds.
set -euo pipefail
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
cd "$temp"

npm install --silent --no-audit --no-fund --prefix . sharp@0.34.4 @resvg/resvg-js@2.6.2 >/dev/null
cat > seen.js <<'JS'
const sharp = require('sharp');
const { Resvg } = require('@resvg/resvg-js');

const svg = text => `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="30"><rect width="200" height="30" fill="white"/>` +
  `<text x="5" y="20" font-family="monospace" font-size="14">${text}</text></svg>`;

// The last column with ink.
const end = async png => {
  const { data, info } = await sharp(png).greyscale().raw().toBuffer({ resolveWithObject: true });
  let last = -1;
  for (let at = 0; at < info.width * info.height; at++) {
    if (data[at * info.channels] < 128) last = Math.max(last, at % info.width);
  }
  return last;
};
const renderers = {
  librsvg: text => end(Buffer.from(svg(text))),
  resvg: text => end(new Resvg(svg(text), { font: { loadSystemFonts: true } }).render().asPng()),
};
const texts = [
  '<tspan>a </tspan><tspan>b</tspan>',
  '<tspan>a</tspan><tspan> b</tspan>',
  '<tspan>a</tspan> <tspan>b</tspan>',
  '<tspan xml:space="preserve">a </tspan><tspan>b</tspan>',
];

(async () => {
  for (const [name, draw] of Object.entries(renderers)) {
    const [apart, together] = [await draw('a b'), await draw('ab')];
    if (apart === together) throw new Error(`${name} draws no text: there is no font`);
    for (const text of texts) {
      const at = await draw(text);
      console.log(`${name}: ${text} is drawn like "${at === apart ? 'a b' : at === together ? 'ab' : `neither, ${at}`}"`);
    }
  }
})();
JS
node seen.js | tee seen

cat > expected <<'TEXT'
librsvg: <tspan>a </tspan><tspan>b</tspan> is drawn like "ab"
librsvg: <tspan>a</tspan><tspan> b</tspan> is drawn like "ab"
librsvg: <tspan>a</tspan> <tspan>b</tspan> is drawn like "a b"
librsvg: <tspan xml:space="preserve">a </tspan><tspan>b</tspan> is drawn like "a b"
resvg: <tspan>a </tspan><tspan>b</tspan> is drawn like "a b"
resvg: <tspan>a</tspan><tspan> b</tspan> is drawn like "a b"
resvg: <tspan>a</tspan> <tspan>b</tspan> is drawn like "a b"
resvg: <tspan xml:space="preserve">a </tspan><tspan>b</tspan> is drawn like "a b"
TEXT
diff expected seen
