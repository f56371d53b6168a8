import { describe, expect, it } from 'vitest';
import { ImageFinder } from '../../../src/augment/layouts/image-finder.js';

const finder = new ImageFinder([
  'images/train2017/1.jpg',
  'images/val2017/1.jpg',
  'images/val2017/2.jpg',
  'a/cam0/3.jpg',
  'b/cam0/3.jpg',
  'exports/4.jpg',
  '4.jpg',
]);

describe('ImageFinder', () => {
  it('takes the image whose folder the label names', () => {
    expect(finder.find('1.jpg', 'annotations/instances_val2017.json')).toBe('images/val2017/1.jpg');
    expect(finder.find('1.jpg', 'annotations/instances_train2017.json')).toBe('images/train2017/1.jpg');
  });

  it('takes the only image of a name, whatever folders the label gives it', () => {
    expect(finder.find('/home/someone/coco/2.jpg', 'labels.json')).toBe('images/val2017/2.jpg');
    expect(finder.find('C:\\data\\2.jpg', 'labels.json')).toBe('images/val2017/2.jpg');
  });

  it('takes the image with the longest common end', () => {
    expect(finder.find('b/cam0/3.jpg', 'labels.json')).toBe('b/cam0/3.jpg');
  });

  it('takes the image beside the label before that of the root', () => {
    expect(finder.find('4.jpg', 'exports/labels.json')).toBe('exports/4.jpg');
    expect(finder.find('4.jpg', 'labels/labels.json')).toBe('4.jpg');
  });

  it('finds none where several fit equally, or none has the name', () => {
    expect(finder.find('3.jpg', 'labels.json')).toBeUndefined();
    expect(finder.find('9.jpg', 'labels.json')).toBeUndefined();
  });
});
