/// <reference lib="dom" />
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { animatedWebp } from './animatedWebp';
import { launchChromium } from './browser';

test('Chromium reads the frames that were put in, with their durations, and repeats them for ever', async (context) => {
  const browser = await launchChromium();
  context.after(() => browser.close());
  const page = await browser.newPage();
  // Pages without an address have no decoder.
  await page.route('**/*', (route) => route.fulfill({ contentType: 'text/html', body: '' }));
  await page.goto('http://localhost/');
  const stills = await page.evaluate(async () => Promise.all(['#d55e00', '#0072b2', '#ffffff'].map(async (colour) => {
    const canvas = new OffscreenCanvas(31, 20);
    const pencil = canvas.getContext('2d')!;
    pencil.fillStyle = colour;
    pencil.fillRect(0, 0, 31, 20);
    return Array.from(new Uint8Array(await (await canvas.convertToBlob({ type: 'image/webp', quality: 0.9 })).arrayBuffer()));
  })));
  const film = animatedWebp(stills.map((bytes, index) => ({ webp: Buffer.from(bytes), duration: 100 + 50 * index })), { width: 31, height: 20 });
  assert.equal(film.readUInt32LE(4), film.length - 8);
  const read = await page.evaluate(async (bytes) => {
    const decoder = new ImageDecoder({ data: new Uint8Array(bytes), type: 'image/webp' });
    await decoder.tracks.ready;
    const { frameCount, repetitionCount } = decoder.tracks.selectedTrack!;
    const frames = [];
    for (let frameIndex = 0; frameIndex < frameCount; frameIndex++) {
      const { image } = await decoder.decode({ frameIndex });
      const canvas = new OffscreenCanvas(image.displayWidth, image.displayHeight);
      canvas.getContext('2d')!.drawImage(image, 0, 0);
      frames.push({ duration: image.duration, size: [canvas.width, canvas.height], pixel: Array.from(canvas.getContext('2d')!.getImageData(15, 10, 1, 1).data) });
    }
    return { repetitions: String(repetitionCount), frames };
  }, [...film]);
  assert.equal(read.repetitions, 'Infinity');
  assert.deepEqual(read.frames.map(({ duration, size }) => [duration, ...size]), [[100_000, 31, 20], [150_000, 31, 20], [200_000, 31, 20]]);
  [[0xd5, 0x5e, 0], [0, 0x72, 0xb2], [255, 255, 255]].forEach((colour, index) => {
    const { pixel } = read.frames[index]!;
    assert.ok(colour.every((value, channel) => Math.abs(value - pixel[channel]!) < 12), pixel.join());
  });
});

test('no frames, and a file that is no WebP, are refused', () => {
  assert.throws(() => animatedWebp([], { width: 1, height: 1 }), /expected one frame or more/);
  assert.throws(() => animatedWebp([{ webp: Buffer.from('\x89PNG not at all'), duration: 1 }], { width: 1, height: 1 }), /expected a WebP file, got 16 bytes/);
});
