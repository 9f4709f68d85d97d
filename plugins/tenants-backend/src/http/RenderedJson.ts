import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import express from 'express';

const compress = promisify(gzip);
/** Bytes below which compression is not worth a round to the thread pool. */
const MIN_COMPRESSED = 1024;

/** An answer as it goes over the wire, made once for all who get the same. */
export class RenderedJson {
  readonly body: Buffer;
  readonly etag: string;
  #gzipped: Promise<Buffer> | undefined;

  constructor(json: string) {
    this.body = Buffer.from(json);
    const hash = createHash('sha1').update(this.body).digest('base64url');
    // Weak: the same for both encodings.
    this.etag = `W/"${hash}"`;
  }

  /** Answers with 304 to one who has it, compressed to one who takes that. */
  async send(req: express.Request, res: express.Response): Promise<void> {
    res.setHeader('ETag', this.etag);
    res.setHeader('Cache-Control', 'private, no-cache');
    res.setHeader('Vary', 'Accept-Encoding, Authorization');
    if (hasTag(req.headers['if-none-match'], this.etag)) {
      res.status(304).end();
      return;
    }
    res.setHeader('Content-Type', 'application/json; charset=utf-8');
    let { body } = this;
    if (body.length >= MIN_COMPRESSED && takesGzip(req)) {
      this.#gzipped ??= compress(body, { level: constants.Z_BEST_SPEED });
      body = await this.#gzipped;
      res.setHeader('Content-Encoding', 'gzip');
    }
    res.setHeader('Content-Length', body.length);
    res.end(body);
  }
}

function hasTag(header: string | undefined, etag: string): boolean {
  return (
    header?.split(',').some(tag => {
      const trimmed = tag.trim();
      return trimmed === etag || trimmed === '*';
    }) ?? false
  );
}

function takesGzip(req: express.Request): boolean {
  return (
    req.headers['accept-encoding'] !== undefined &&
    req.acceptsEncodings('gzip') === 'gzip'
  );
}
