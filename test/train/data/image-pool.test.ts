import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.js';
import { ImagePool } from '../../../src/train/data/image-pool.js';

/** An image that counts live handles, as tensors do. */
class Handle {
  static live = 0;
  isLive = true;
  constructor(readonly id: number) {
    Handle.live++;
  }
  release(): void {
    if (!this.isLive) throw new Error(`released twice: ${this.id}`);
    this.isLive = false;
    Handle.live--;
  }
}

function poolOf(size: number, seed = 1): ImagePool<Handle> {
  return new ImagePool<Handle>({
    size,
    random: new Random(seed),
    clone: ({ id }) => new Handle(id),
    release: (handle) => {
      handle.release();
    },
  });
}

describe('ImagePool', () => {
  it('returns each image while it fills', () => {
    using pool = poolOf(50);
    for (let i = 0; i < 50; i++) {
      const queried = pool.query(new Handle(i));
      expect(queried.id).toBe(i);
      queried.release();
    }
    expect(pool.images.map(({ id }) => id)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });

  it('matches the published definition image by image', () => {
    // pytorch-CycleGAN-and-pix2pix, util/image_pool.py, with the same random numbers.
    const random = new Random(9);
    const stored: number[] = [];
    const published = (id: number): number => {
      if (stored.length < 5) {
        stored.push(id);
        return id;
      }
      if (random.next() <= 0.5) return id;
      const index = random.below(5);
      const old = stored[index]!;
      stored[index] = id;
      return old;
    };
    using pool = poolOf(5, 9);
    for (let i = 0; i < 400; i++) {
      const queried = pool.query(new Handle(i));
      expect(queried.id).toBe(published(i));
      queried.release();
    }
    expect(pool.images.map(({ id }) => id)).toEqual(stored);
  });

  it('returns an old image half of the time once it is full, uniformly chosen', () => {
    using pool = poolOf(10, 3);
    let old = 0;
    const ages: number[] = [];
    for (let i = 0; i < 8010; i++) {
      const queried = pool.query(new Handle(i));
      if (queried.id !== i) {
        old++;
        ages.push(i - queried.id);
      }
      queried.release();
    }
    expect(old / 8000).toBeGreaterThan(0.48);
    expect(old / 8000).toBeLessThan(0.52);
    // An image stays until one of ten is replaced, every second query: 20 queries on average.
    expect(ages.reduce((sum, age) => sum + age, 0) / ages.length).toBeGreaterThan(18);
    expect(ages.reduce((sum, age) => sum + age, 0) / ages.length).toBeLessThan(22);
  });

  it('owns the images it keeps, and frees them', () => {
    const before = Handle.live;
    const pool = poolOf(4);
    for (let i = 0; i < 100; i++) pool.query(new Handle(i)).release();
    expect(Handle.live - before).toBe(4);
    pool.restore([new Handle(1), new Handle(2)]);
    expect(Handle.live - before).toBe(2);
    pool.close();
    pool.close();
    expect(Handle.live - before).toBe(0);
  });

  it('keeps no images when its size is 0', () => {
    const pool = poolOf(0);
    for (let i = 0; i < 20; i++) {
      const queried = pool.query(new Handle(i));
      expect(queried.id).toBe(i);
      queried.release();
    }
    expect(pool.images).toEqual([]);
  });

  it('continues equally from a checkpoint', () => {
    const random = new Random(4);
    const options = { size: 3, clone: (id: number) => id, release: () => undefined };
    const pool = new ImagePool<number>({ ...options, random });
    for (let i = 0; i < 30; i++) pool.query(i);
    const later = new Random(0);
    later.restore(random.state);
    const again = new ImagePool<number>({ ...options, random: later });
    again.restore(pool.images);
    for (let i = 30; i < 90; i++) expect(again.query(i)).toBe(pool.query(i));
  });
});
