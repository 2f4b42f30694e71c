/** One picture of an animation. */
export interface Frame {
  /** A WebP file with one picture. */
  readonly webp: Buffer;
  /** In milliseconds. */
  readonly duration: number;
}

/** Bit of the header that says that there are several pictures. */
const ANIMATED = 0x02;
/** Chunks of a still picture that belong to its frame. */
const PICTURE_CHUNKS = ['ALPH', 'VP8 ', 'VP8L'];

/**
 * Puts still pictures of one size together into an animated WebP file that repeats for ever.
 *
 * @throws RangeError without frames, or for a frame that is no WebP file.
 * @source WebP container specification, RFC 9649, section 2.7.
 */
export function animatedWebp(frames: readonly Frame[], { width, height }: { readonly width: number; readonly height: number }): Buffer {
  if (frames.length === 0) {
    throw new RangeError('animatedWebp: expected one frame or more, got none.');
  }
  const header = chunk('VP8X', Buffer.concat([Buffer.from([ANIMATED, 0, 0, 0]), threeBytes(width - 1), threeBytes(height - 1)]));
  // Background white, number of repetitions 0: without end.
  const animation = chunk('ANIM', Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0]));
  const pictures = frames.map(({ webp, duration }) =>
    chunk('ANMF', Buffer.concat([threeBytes(0), threeBytes(0), threeBytes(width - 1), threeBytes(height - 1), threeBytes(duration), Buffer.from([0]), pictureChunks(webp)])));
  const body = Buffer.concat([Buffer.from('WEBP'), header, animation, ...pictures]);
  return Buffer.concat([Buffer.from('RIFF'), fourBytes(body.length), body]);
}

/** A chunk: its name, its length, its contents, and a byte of padding after an odd length. */
function chunk(name: string, contents: Buffer): Buffer {
  return Buffer.concat([Buffer.from(name), fourBytes(contents.length), contents, Buffer.alloc(contents.length % 2)]);
}

function pictureChunks(webp: Buffer): Buffer {
  if (webp.toString('latin1', 0, 4) !== 'RIFF' || webp.toString('latin1', 8, 12) !== 'WEBP') {
    throw new RangeError(`animatedWebp: expected a WebP file, got ${webp.length} bytes that begin with "${webp.toString('latin1', 0, 4)}".`);
  }
  const found: Buffer[] = [];
  for (let at = 12; at + 8 <= webp.length;) {
    const length = webp.readUInt32LE(at + 4);
    const end = at + 8 + length + (length % 2);
    if (PICTURE_CHUNKS.includes(webp.toString('latin1', at, at + 4))) {
      found.push(webp.subarray(at, end));
    }
    at = end;
  }
  return Buffer.concat(found);
}

function threeBytes(value: number): Buffer {
  return fourBytes(value).subarray(0, 3);
}

function fourBytes(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
