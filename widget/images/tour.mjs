// Frames a screenshot of a real screen as a tour image of 1188×616:
//   node widget/images/tour.mjs SCREENSHOT.png 1 ru "Источники и их состояния"
// writes widget/assets/images/tour_1_ru.png; with --kommo at the end images/kommo/tour_1_ru.png, because screens name
// the CRM. At most five images a language.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { withBrowser } from './browser.mjs';

const given = process.argv.slice(2).filter((word) => word !== '--kommo');
const folder = process.argv.includes('--kommo') ? 'images/kommo' : 'images';
const [screenshot, number, language, caption = ''] = given;
if (!screenshot || !/^[1-5]$/.test(number) || !/^[a-z]{2}$/.test(language)) {
  console.error('usage: node widget/images/tour.mjs SCREENSHOT.png 1..5 LANGUAGE [CAPTION] [--kommo]');
  process.exit(1);
}
const escaped = caption.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const shot = `data:image/png;base64,${readFileSync(screenshot).toString('base64')}`;
const mark = `data:image/svg+xml;base64,${readFileSync(new URL('mark.svg', import.meta.url)).toString('base64')}`;
const html = `<body style="margin:0"><style>
  .tour{box-sizing:border-box;width:1188px;height:616px;padding:40px 64px 0;background:#E4EFFA;overflow:hidden;
    font:600 28px/36px system-ui,"Noto Sans","Liberation Sans",sans-serif;color:#17212B}
  .head{display:flex;align-items:center;gap:16px;height:44px;margin-bottom:28px}
  .head img{width:40px;height:40px}
  .shot{display:block;margin:0 auto;max-width:1060px;border-radius:8px 8px 0 0;border:1px solid #CDD6E0;background:#fff}
</style><div class="tour"><div class="head"><img src="${mark}">${escaped}</div><img class="shot" src="${shot}"></div></body>`;
const target = new URL(`../assets/${folder}/tour_${number}_${language}.png`, import.meta.url);
await withBrowser(async (shoot) => writeFileSync(target, await shoot(html, 1188, 616)));
const kilobytes = Math.ceil(statSync(target).size / 1000);
console.log(`${target.pathname}: ${kilobytes} KB`);
if (kilobytes > 300) {
  console.error('amoCRM takes images up to 300 KB: take a smaller or plainer screen');
  process.exit(1);
}
