// Renders the logos of the archive from mark.svg and word.svg: node widget/images/logos.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import { withBrowser } from './browser.mjs';

const here = new URL('.', import.meta.url);
const target = new URL('../assets/images/', here);
const inline = (name) => `data:image/svg+xml;base64,${readFileSync(new URL(name, here)).toString('base64')}`;
const mark = inline('mark.svg');
const word = inline('word.svg');
const WORD = 257 / 56; // width : height of word.svg

const picture = (source, x, y, width, height) =>
  `<img src="${source}" style="position:absolute;left:${x}px;top:${y}px;width:${width}px;height:${height}px">`;
const markAt = (x, y, size) => picture(mark, x, y, size, size);
const wordAt = (x, y, height) => picture(word, x, y, height * WORD, height);

const LOGOS = [
  ['logo_main.png', 400, 272, markAt(130, 22, 140) + wordAt(72, 191, 56)],
  ['logo_medium.png', 240, 84, markAt(14, 10, 64) + wordAt(92, 30, 24)],
  ['logo.png', 130, 100, markAt(23, 8, 84)],
  ['logo_small.png', 108, 108, markAt(8, 8, 92)],
  ['logo_min.png', 84, 84, markAt(6, 6, 72)],
];

await withBrowser(async (shoot) => {
  for (const [name, width, height, parts] of LOGOS) {
    const html = `<body style="margin:0;background:#fff;position:relative">${parts}</body>`;
    writeFileSync(new URL(name, target), await shoot(html, width, height));
    console.log(`${name} ${width}×${height}`);
  }
  writeFileSync(new URL('icon.svg', target), readFileSync(new URL('mark.svg', here)));
});
