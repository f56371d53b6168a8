import { AVERROR_EAGAIN, AVERROR_EOF } from 'node-av/constants';
import type { CodecContext, Frame as AvFrame, Packet as AvPacket } from 'node-av/lib';
import { NocturneError } from '../core/errors.js';
import { LibavError, checkStatus, encoderFailure } from '../encode/av-error.js';
import { withDeadline } from './deadline.js';

/** How long one call of an encoder may take, seconds: far more than the slowest preset needs for a frame of 8K. */
const CALL_TIMEOUT_S = 600;

/** Encodes AVFrames with an open context, which it borrows. No call waits for ever: SVT-AV1 3.1 never returns from some. */
export class FileEncoder {
  readonly #context: CodecContext;
  readonly #name: string;
  #hasHung = false;

  /** @param name the encoder's name as FFmpeg spells it. */
  constructor(context: CodecContext, name: string) {
    this.#context = context;
    this.#name = name;
  }

  /** True when a call did not return: the context is in use for ever and must not be freed. */
  get hasHung(): boolean {
    return this.#hasHung;
  }

  /**
   * Sends an AVFrame, or null for the end, then receives every packet that is ready into `packet`.
   * @param release called once the encoder has taken the frame. Throws NocturneError `ENCODER_FAILED`, or as `onPacket` does.
   */
  async encode(
    avFrame: AvFrame | null,
    packet: AvPacket,
    onPacket: () => Promise<void> | void,
    release?: () => void,
  ): Promise<void> {
    const status = await this.#call(this.#context.sendFrame(avFrame).finally(release));
    if (status < 0) throw encoderFailure('ENCODER_FAILED', this.#name, new LibavError(status, 'send a frame'));
    for (;;) {
      const received = await this.#call(this.#context.receivePacket(packet));
      if (received === AVERROR_EAGAIN || received === AVERROR_EOF) return;
      checkStatus(received, 'receive a packet');
      await onPacket();
      packet.unref();
    }
  }

  async #call(pending: Promise<number>): Promise<number> {
    return withDeadline(pending, CALL_TIMEOUT_S, () => {
      this.#hasHung = true;
      const message = `The encoder ${this.#name} has not answered for ${CALL_TIMEOUT_S / 60} minutes.`;
      const remedy = 'Try another --codec or a faster --preset.';
      return new NocturneError({ code: 'ENCODER_FAILED', stage: 'encode', message, remedy });
    });
  }
}
