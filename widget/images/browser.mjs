// A page of a headless Chromium, controlled by its debugging protocol over a pipe: no packages are needed.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Calls `work(shoot)`; `shoot(html, width, height)` gives the PNG of a page as a Buffer. */
export async function withBrowser(work) {
  const home = mkdtempSync(join(tmpdir(), 'parom-images-'));
  const browser = spawn('chromium', ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars',
    '--force-color-profile=srgb', '--remote-debugging-pipe', `--user-data-dir=${home}`, 'about:blank'],
  { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
  const gone = new Promise((resolve) => browser.on('exit', resolve));
  const [, , , out, back] = browser.stdio;
  const waiting = new Map();
  let last = 0;
  let rest = '';
  back.on('data', (bytes) => {
    const parts = (rest + bytes).split('\0');
    rest = parts.pop();
    for (const part of parts) {
      const answer = JSON.parse(part);
      const done = waiting.get(answer.id);
      waiting.delete(answer.id);
      if (done && answer.error) done.reject(new Error(answer.error.message));
      else if (done) done.resolve(answer.result);
    }
  });
  const send = (sessionId) => (method, params = {}) => new Promise((resolve, reject) => {
    last += 1;
    waiting.set(last, { resolve, reject });
    out.write(`${JSON.stringify({ id: last, sessionId, method, params })}\0`);
  });
  try {
    const whole = send(undefined);
    const { targetId } = await whole('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await whole('Target.attachToTarget', { targetId, flatten: true });
    const call = send(sessionId);
    await call('Page.enable');
    const { frameTree } = await call('Page.getFrameTree');
    await work(async (html, width, height) => {
      await call('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });
      await call('Page.setDocumentContent', { frameId: frameTree.frame.id, html });
      const ready = 'Promise.all([...document.images].map((image) => image.decode())).then(() => true)';
      await call('Runtime.evaluate', { expression: ready, awaitPromise: true });
      const { data } = await call('Page.captureScreenshot', { format: 'png',
        clip: { x: 0, y: 0, width, height, scale: 1 } });
      return Buffer.from(data, 'base64');
    });
  } finally {
    browser.kill();
    await gone;
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}
