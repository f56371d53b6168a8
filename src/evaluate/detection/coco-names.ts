/** Names of COCO's 80 classes, in the order of networks that count them without gaps. */
export const COCO_NAMES: readonly string[] = [
  ...['person', 'bicycle', 'car', 'motorcycle', 'airplane', 'bus', 'train', 'truck', 'boat', 'traffic light'],
  ...['fire hydrant', 'stop sign', 'parking meter', 'bench', 'bird', 'cat', 'dog', 'horse', 'sheep', 'cow'],
  ...['elephant', 'bear', 'zebra', 'giraffe', 'backpack', 'umbrella', 'handbag', 'tie', 'suitcase', 'frisbee'],
  ...['skis', 'snowboard', 'sports ball', 'kite', 'baseball bat', 'baseball glove', 'skateboard', 'surfboard'],
  ...['tennis racket', 'bottle', 'wine glass', 'cup', 'fork', 'knife', 'spoon', 'bowl', 'banana', 'apple'],
  ...['sandwich', 'orange', 'broccoli', 'carrot', 'hot dog', 'pizza', 'donut', 'cake', 'chair', 'couch'],
  ...['potted plant', 'bed', 'dining table', 'toilet', 'tv', 'laptop', 'mouse', 'remote', 'keyboard', 'cell phone'],
  ...['microwave', 'oven', 'toaster', 'sink', 'refrigerator', 'book', 'clock', 'vase', 'scissors', 'teddy bear'],
  ...['hair drier', 'toothbrush'],
];

/** COCO's category ids without a class, of 1 to 90. */
const GAPS = [12, 26, 29, 30, 45, 66, 68, 69, 71, 83];

/** Name of each category id of COCO, 1 to 90; index 0 and ids without a class are empty. */
export const COCO_NAMES_BY_ID: readonly string[] = byId();

function byId(): string[] {
  const names = [...COCO_NAMES];
  return Array.from({ length: 91 }, (_, id) => (id === 0 || GAPS.includes(id) ? '' : (names.shift() ?? '')));
}
