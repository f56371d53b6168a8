/** What a reader found of one image of a set. */
export interface ReadSample {
  readonly name: string;
  readonly size: readonly [width: number, height: number];
  /** Mean of its pixels, 0 to 255. */
  readonly mean: number;
  /** What its labels say, in the reader's own form. */
  readonly labels: unknown;
}

const COMMON = `
import glob, json, os, sys
import numpy as np
from PIL import Image
root = sys.argv[1]
samples = []
def add(name, image, labels):
    image = image if isinstance(image, Image.Image) else Image.open(image)
    image.load()
    samples.append(dict(name=name, size=image.size, mean=float(np.asarray(image.convert('RGB')).mean()), labels=labels))
`;
const END = `
print(json.dumps(samples))
`;
const reader = (text: string): string => COMMON + text + END;

/** As torchvision's Kitti reads it. */
export const KITTI_READER = reader(`
folder = os.path.join(root, 'training', 'image_2')
for name in sorted(os.listdir(folder)):
    rows = [line.split(' ') for line in open(os.path.join(root, 'training', 'label_2', name[:-4] + '.txt')).read().splitlines()]
    assert all(len(row) == 15 for row in rows)
    points = np.fromfile(os.path.join(root, 'training', 'velodyne', name[:-4] + '.bin'), dtype=np.float32).reshape(-1, 4)
    add(name, os.path.join(folder, name), [[[row[0], list(map(float, row[4:8]))] for row in rows], points.tolist()])
`);

/** With pycocotools: boxes, and areas of polygons and of run lengths. */
export const COCO_READER = reader(`
import contextlib
from pycocotools.coco import COCO
with contextlib.redirect_stdout(sys.stderr):
    coco = COCO(os.path.join(root, 'annotations', 'instances_train2017.json'))
for image in coco.loadImgs(coco.getImgIds()):
    anns = coco.loadAnns(coco.getAnnIds(image['id']))
    path = os.path.join(root, 'train2017', image['file_name'])
    assert Image.open(path).size == (image['width'], image['height'])
    add(image['file_name'], path, [[a['category_id'], a['bbox'], int(coco.annToMask(a).sum())] for a in anns])
`);

/** As Ultralytics finds and verifies images and labels. */
export const YOLO_READER = reader(`
import yaml
data = yaml.safe_load(open(os.path.join(root, 'data.yaml')))
base = os.path.join(root, data.get('path', ''))
for part in ('train', 'val'):
    for path in sorted(glob.glob(os.path.join(base, data[part], '**', '*.*'), recursive=True)):
        Image.open(path).verify()
        a, b = f'{os.sep}images{os.sep}', f'{os.sep}labels{os.sep}'
        label = b.join(path.rsplit(a, 1)).rsplit('.', 1)[0] + '.txt'
        rows = np.array([line.split() for line in open(label).read().strip().splitlines()], dtype=np.float32)
        assert rows.shape[1] == 5 and (rows >= 0).all() and (rows[:, 1:] <= 1).all() and rows[:, 0].max() < len(data['names'])
        add(os.path.relpath(path, root), path, rows.tolist())
`);

/** As torchvision's VOCDetection and VOCSegmentation read it. */
export const VOC_READER = reader(`
import xml.etree.ElementTree as ET
base = os.path.join(root, 'VOCdevkit', 'VOC2012')
for name in open(os.path.join(base, 'ImageSets', 'Main', 'train.txt')).read().split():
    tree = ET.parse(os.path.join(base, 'Annotations', name + '.xml')).getroot()
    path = os.path.join(base, 'JPEGImages', tree.find('filename').text)
    mask = Image.open(os.path.join(base, 'SegmentationClass', name + '.png'))
    assert mask.size == Image.open(path).size
    boxes = [[o.find('name').text] + [int(side.text) for side in o.find('bndbox')] for o in tree.iter('object')]
    add(name, path, [boxes, np.bincount(np.asarray(mask).ravel()).tolist()])
`);

/** BDD100K's detection labels. */
export const BDD_READER = reader(`
for record in json.load(open(os.path.join(root, 'labels', 'det_20', 'det_train.json'))):
    path = os.path.join(root, 'images', '100k', 'train', record['name'])
    add(record['name'], path, [record['attributes'], [[l['category'], l['box2d']] for l in record['labels']]])
`);

/** As torchvision's Cityscapes pairs images and targets. */
export const CITYSCAPES_READER = reader(`
for path in sorted(glob.glob(os.path.join(root, 'leftImg8bit', '*', '*', '*.png'))):
    folder, name = os.path.split(path)
    stem = os.path.join(folder.replace('leftImg8bit', 'gtFine'), name.split('_leftImg8bit')[0])
    ids, color = (np.asarray(Image.open(f'{stem}_gtFine_{kind}.png')) for kind in ('labelIds', 'color'))
    assert ids.shape == Image.open(path).size[::-1] and color.shape == ids.shape + (3,)
    polygons = json.load(open(f'{stem}_gtFine_polygons.json'))
    add(name, path, [np.bincount(ids.ravel()).tolist(), int(color.sum()), polygons])
`);

/** CamVid: a mask beside each image. */
export const CAMVID_READER = reader(`
for path in sorted(glob.glob(os.path.join(root, 'train', '*.png'))):
    name = os.path.basename(path)
    mask = np.asarray(Image.open(os.path.join(root, 'train_labels', name.replace('.png', '_L.png'))))
    assert mask.shape[:2] == Image.open(path).size[::-1]
    add(name, path, np.unique(mask, return_counts=True)[1].tolist())
`);

/** nuScenes' tables, followed by their tokens. */
export const NUSCENES_READER = reader(`
tables = {os.path.basename(p)[:-5]: {row['token']: row for row in json.load(open(p))} for p in glob.glob(os.path.join(root, 'v1.0-mini', '*.json'))}
for row in tables['sample_data'].values():
    scene = tables['scene'][tables['sample'][row['sample_token']]['scene_token']]
    sensor = tables['sensor'][tables['calibrated_sensor'][row['calibrated_sensor_token']]['sensor_token']]
    assert row['next'] == '' or tables['sample_data'][row['next']]['prev'] == row['token']
    path = os.path.join(root, row['filename'])
    assert Image.open(path).size == (row['width'], row['height'])
    add(row['filename'], path, [scene['description'], sensor['channel'], row['timestamp']])
`);

/** With webdataset, as a training loop does. */
export const WEBDATASET_READER = reader(`
import webdataset as wds
shards = sorted(glob.glob(os.path.join(root, '*.tar')))
for sample in wds.WebDataset(shards, shardshuffle=False).decode('pil'):
    add(sample['__key__'], sample['jpg'], [sample['json'], sample['cls']])
`);

/** The manifest in both forms: rows of the Parquet file by pyarrow, and whether pandas reads the same from the JSON lines. */
export const MANIFEST_READER = `
import json, sys
import pandas as pd, pyarrow.parquet as pq
folder = sys.argv[1] + '/nocturne/'
table = pq.read_table(folder + 'manifest.parquet').to_pylist()
lines = pd.read_json(folder + 'manifest.jsonl', lines=True)
same = all(list(lines[name]) == [row[name] for row in table] for name in ('item', 'variant', 'output', 'outputSha256', 'verdict', 'seed'))
draws = [json.loads(row['draw']) for row in table] == [json.loads(line)['draw'] for line in open(folder + 'manifest.jsonl')]
print(json.dumps(dict(rows=[[row['item'], row['variant'], row['output'], row['outputSha256'], row['verdict']] for row in table], same=same and draws)))
`;
