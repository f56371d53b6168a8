"""Builds image-to-image networks as other tools export them, each with an input and PyTorch's own output, for scripts/foreign-models.mjs.

An experiment, never needed by the product: PyTorch, onnx, onnxscript and onnxruntime. `python3 scripts/foreign-models.py FOLDER [PATTERN]`
builds all (1.5 GB, minutes), or adds those whose names match a regular expression to what the folder has.
The layers, and so the names of the weights, are those of pytorch-CycleGAN-and-pix2pix and of CUT; the weights are random.
"""
import json, pathlib, re, sys, warnings, logging
import numpy as np, onnx, torch, torch.nn as nn, torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper

def norm_layer(kind):
    if kind == 'instance': return lambda c: nn.InstanceNorm2d(c, affine=False, track_running_stats=False)
    return lambda c: nn.BatchNorm2d(c)

class ResnetBlock(nn.Module):
    def __init__(self, dim, norm, bias):
        super().__init__()
        self.conv_block = nn.Sequential(nn.ReflectionPad2d(1), nn.Conv2d(dim, dim, 3, bias=bias), norm(dim), nn.ReLU(True),
                                        nn.ReflectionPad2d(1), nn.Conv2d(dim, dim, 3, bias=bias), norm(dim))
    def forward(self, x): return x + self.conv_block(x)

def get_filter(n):
    a = {3: [1., 2., 1.], 4: [1., 3., 3., 1.]}[n]
    f = torch.tensor(a)[:, None] * torch.tensor(a)[None]
    return f / f.sum()

class Downsample(nn.Module):  # CUT's antialiased downsampling
    def __init__(self, c):
        super().__init__(); self.c = c
        self.register_buffer('filt', get_filter(3)[None, None].repeat(c, 1, 1, 1))
    def forward(self, x): return F.conv2d(F.pad(x, (1, 1, 1, 1), mode='reflect'), self.filt, stride=2, groups=self.c)

class Upsample(nn.Module):
    def __init__(self, c):
        super().__init__(); self.c = c
        self.register_buffer('filt', (get_filter(4) * 4)[None, None].repeat(c, 1, 1, 1))
    def forward(self, x):
        y = F.conv_transpose2d(F.pad(x, (1, 1, 1, 1), mode='replicate'), self.filt, stride=2, padding=2, groups=self.c)[:, :, 1:, 1:]
        return y[:, :, :-1, :-1]

class ResnetGenerator(nn.Module):
    def __init__(self, ngf=64, blocks=9, norm='instance', antialias=False):
        super().__init__(); n = norm_layer(norm); bias = norm == 'instance'
        m = [nn.ReflectionPad2d(3), nn.Conv2d(3, ngf, 7, bias=bias), n(ngf), nn.ReLU(True)]
        for i in range(2):
            k = 2 ** i
            if antialias: m += [nn.Conv2d(ngf*k, ngf*k*2, 3, stride=1, padding=1, bias=bias), n(ngf*k*2), nn.ReLU(True), Downsample(ngf*k*2)]
            else: m += [nn.Conv2d(ngf*k, ngf*k*2, 3, stride=2, padding=1, bias=bias), n(ngf*k*2), nn.ReLU(True)]
        m += [ResnetBlock(ngf*4, n, bias) for _ in range(blocks)]
        for i in range(2):
            k = 2 ** (2 - i)
            if antialias: m += [Upsample(ngf*k), nn.Conv2d(ngf*k, ngf*k//2, 3, stride=1, padding=1, bias=bias), n(ngf*k//2), nn.ReLU(True)]
            else: m += [nn.ConvTranspose2d(ngf*k, ngf*k//2, 3, stride=2, padding=1, output_padding=1, bias=bias), n(ngf*k//2), nn.ReLU(True)]
        m += [nn.ReflectionPad2d(3), nn.Conv2d(ngf, 3, 7), nn.Tanh()]
        self.model = nn.Sequential(*m)
    def forward(self, x): return self.model(x)

class Block(nn.Module):
    def __init__(self, outer, inner, input_nc=None, sub=None, outermost=False, innermost=False, norm='batch'):
        super().__init__(); self.outermost = outermost; n = norm_layer(norm); bias = norm == 'instance'
        if input_nc is None: input_nc = outer
        down = nn.Conv2d(input_nc, inner, 4, 2, 1, bias=bias)
        if outermost: m = [down, sub, nn.ReLU(True), nn.ConvTranspose2d(inner*2, outer, 4, 2, 1), nn.Tanh()]
        elif innermost: m = [nn.LeakyReLU(.2, True), down, nn.ReLU(True), nn.ConvTranspose2d(inner, outer, 4, 2, 1, bias=bias), n(outer)]
        else: m = [nn.LeakyReLU(.2, True), down, n(inner), sub, nn.ReLU(True), nn.ConvTranspose2d(inner*2, outer, 4, 2, 1, bias=bias), n(outer)]
        self.model = nn.Sequential(*m)
    def forward(self, x):
        return self.model(x) if self.outermost else torch.cat([x, self.model(x)], 1)

class UnetGenerator(nn.Module):
    def __init__(self, downs=8, ngf=64, norm='batch'):
        super().__init__()
        b = Block(ngf*8, ngf*8, innermost=True, norm=norm)
        for _ in range(downs - 5): b = Block(ngf*8, ngf*8, sub=b, norm=norm)
        for k in (4, 2, 1): b = Block(ngf*k, ngf*k*2, sub=b, norm=norm)
        self.model = Block(3, ngf, input_nc=3, sub=b, outermost=True, norm=norm)
    def forward(self, x): return self.model(x)

warnings.filterwarnings('ignore'); logging.disable(logging.WARNING)
out = pathlib.Path(sys.argv[1]); out.mkdir(parents=True, exist_ok=True); torch.set_num_threads(2)
only = re.compile(sys.argv[2] if len(sys.argv) > 2 else '')
index = out / 'cases.json'
cases = json.loads(index.read_text()) if len(sys.argv) > 2 and index.exists() else []

def record(case):
    """Writes a case in the place of the last one of its name."""
    at = next((i for i, other in enumerate(cases) if other['name'] == case['name']), len(cases))
    cases[at:at + 1] = [case]; index.write_text(json.dumps(cases, indent=1))

def reason(error):
    """The first line of what an exception began with, without colours of a terminal."""
    while error.__cause__: error = error.__cause__
    return re.sub(r'\x1b\[[0-9;]*m', '', str(error)).strip().split('\n')[0][:160]

def init(net, seed=1):
    torch.manual_seed(seed)
    for m in net.modules():
        if isinstance(m, (nn.Conv2d, nn.ConvTranspose2d)):
            nn.init.normal_(m.weight, 0, .02)
            if m.bias is not None: nn.init.zeros_(m.bias)
        if isinstance(m, nn.BatchNorm2d): nn.init.normal_(m.weight, 1, .02); m.running_mean.normal_(0, .1); m.running_var.uniform_(.5, 1.5)
    return net.eval()

class Scaled(nn.Module):
    """Bytes or unit numbers in and out, channels first or last."""
    def __init__(self, net, to, nhwc=False, byte=False):
        super().__init__(); self.net, self.to_, self.nhwc, self.byte = net, to, nhwc, byte
    def forward(self, x):
        if self.nhwc: x = x.permute(0, 3, 1, 2)
        if self.byte: x = x.float()
        if self.to_ == 1: x = x * 2 - 1
        if self.to_ == 255: x = x / 127.5 - 1
        y = self.net(x)
        if self.to_ == 1: y = (y + 1) / 2
        if self.to_ == 255: y = (y + 1) * 127.5
        if self.byte: y = y.clamp(0, 255).round().to(torch.uint8)
        return y.permute(0, 2, 3, 1) if self.nhwc else y

class Head(nn.Module):
    def __init__(self, net, f): super().__init__(); self.net, self.f = net, f
    def forward(self, *x): return self.f(self.net, *x)

def image(size, seed=3):
    """A smooth image with edges and noise, RGB in [0, 1], `[1, 3, size, size]`."""
    r = np.random.default_rng(seed); y, x = np.mgrid[0:size, 0:size] / size
    img = np.stack([.5 + .4*np.sin(6*x+y), .3 + .5*y, .6 - .4*x*y]); img[:, size//3:size//2, size//4:size//2] = [[[.9]], [[.8]], [[.2]]]
    return np.clip(img + r.normal(0, .02, img.shape), 0, 1).astype(np.float32)[None]

def export(name, net, what, opset=17, dynamo=False, dynamic=None, size=256, lo=-1., hi=1., nhwc=False, byte=False, sample=None, edit=None, tolerance=1e-3, expect='runs', at=None):
    if not only.search(name): return
    path = out / f'{name}.onnx'; rgb = image(at or size)
    x = torch.from_numpy(image(size)); x = x * (hi - lo) + lo
    if nhwc: x = x.permute(0, 2, 3, 1).contiguous()
    if byte: x = x.round().to(torch.uint8)
    args = sample or (x,)
    kw = dict(input_names=['input'] if len(args) == 1 else None, output_names=['output'], opset_version=opset)
    try:
        with torch.no_grad():
            if dynamo:
                d = {'x': dynamic} if dynamic else None
                p = torch.onnx.export(net, args, dynamo=True, verify=False, report=False, dynamic_shapes=({k: torch.export.Dim(v, min=64, max=2048) for k, v in dynamic.items()},) if dynamic else None, **kw)
                p.save(str(path), external_data=False)
            else:
                torch.onnx.export(net, args, str(path), dynamo=False, dynamic_axes={'input': dynamic, 'output': dynamic} if dynamic else None, **kw)
        if edit: edit(path)
    except Exception as e:
        print('NOT EXPORTED', name, reason(e))
        record(dict(name=name, what=what, exporter='dynamo' if dynamo else 'TorchScript', asked=opset, failed=reason(e))); return
    case = dict(name=name, what=what, exporter='dynamo' if dynamo else 'TorchScript', asked=opset, expect=expect, tolerance=tolerance)
    if expect == 'runs':
        x = torch.from_numpy(rgb) * (hi - lo) + lo
        if byte: x = x.round()
        rgb = ((x - lo) / (hi - lo)).numpy() # what bytes can hold
        if nhwc: x = x.permute(0, 2, 3, 1).contiguous()
        with torch.no_grad(): y = net(x.to(torch.uint8) if byte else x)
        y = (y[0] if isinstance(y, tuple) else y).float().numpy()
        rgb.astype('<f4').tofile(out / f'{name}.in'); y.astype('<f4').tofile(out / f'{name}.out')
        case.update(width=rgb.shape[3], height=rgb.shape[2], shape=list(y.shape))
    record(case); print('ok', name, flush=True)

def to_half(path):
    from onnxruntime.transformers.float16 import convert_float_to_float16
    onnx.save(convert_float_to_float16(onnx.load(path), keep_io_types=False), path)
def external(path):
    m = onnx.load(path); onnx.save_model(m, path, save_as_external_data=True, all_tensors_to_one_file=True, location=path.name + '.data', size_threshold=1024)
def newer(path):
    m = onnx.load(path); m.opset_import[0].version = 99; onnx.save(m, path)
def custom(path):
    m = onnx.load(path); n = next(n for n in m.graph.node if n.op_type == 'Tanh'); n.domain = 'my.ops'; n.op_type = 'NightTanh'; m.opset_import.append(helper.make_opsetid('my.ops', 1)); onnx.save(m, path)
def cut(path): path.write_bytes(path.read_bytes()[:200000])
def untyped(path):
    m = onnx.load(path)
    for v in (m.graph.input[0], m.graph.output[0]):
        for d, n in zip(v.type.tensor_type.shape.dim, 'nchw'): d.ClearField('dim_value'); d.dim_param = n
    onnx.save(m, path)

r9 = init(ResnetGenerator(64, 9)); R = 'ResNet-9, 64 filters'
for o in (11, 13, 17, 18, 20): export(f'resnet9-opset{o}', r9, R, o)
for o in (18, 21): export(f'resnet9-dynamo{o}', r9, R, o, dynamo=True)
HW = {2: 'height', 3: 'width'}
s9 = init(ResnetGenerator(32, 9)); S = 'ResNet-9, 32 filters'
export('resnet9-dynamic', s9, S + ', any size, run at 320x320', 17, dynamic=HW, at=320)
export('resnet9-dynamic-all', s9, S + ', any batch and size', 17, dynamic={0: 'batch', **HW})
export('resnet9-dynamo-dynamic', s9, S + ', any size', 18, dynamo=True, dynamic=HW)
export('resnet9-batch', s9, S + ', any batch', 13, dynamic={0: 'n'})
export('resnet9-unnamed-sides', s9, S + ', all four sides unknown', 17, edit=untyped)
export('resnet9-fp16', s9, S + ', fp16 in and out', 17, edit=to_half, tolerance=1e-2)
export('resnet9-fp16-dynamic', s9, S + ', fp16, any size', 17, dynamic=HW, edit=to_half, tolerance=1e-2)
export('resnet9-nhwc', Scaled(s9, 0, nhwc=True), S + ', NHWC', 17, nhwc=True)
export('resnet9-nhwc-dynamic', Scaled(s9, 0, nhwc=True), S + ', NHWC, any size', 17, nhwc=True, dynamic={1: 'h', 2: 'w'})
export('resnet9-unit', Scaled(s9, 1), S + ', [0, 1] in and out', 17, lo=0.)
export('resnet9-byte', Scaled(s9, 255), S + ', [0, 255] in and out, float', 17, lo=0., hi=255., tolerance=.2)
export('resnet9-uint8', Scaled(s9, 255, nhwc=True, byte=True), S + ', uint8 NHWC in and out', 17, lo=0., hi=255., nhwc=True, byte=True, tolerance=1.01)
export('resnet9-external', s9, S + ', weights in a file beside it', 17, edit=external)
export('resnet9-batchnorm', init(ResnetGenerator(32, 9, 'batch')), 'ResNet-9, 32 filters, batch norm', 17)
export('resnet6-128', init(ResnetGenerator(64, 6)), 'ResNet-6, 64 filters, 128x128', 17, size=128)
export('resnet9-512x512', init(ResnetGenerator(16, 9)), 'ResNet-9, 16 filters, 512x512', 17, size=512)
un = init(UnetGenerator(8, 64)); U = 'U-net-256, 64 filters'
for o in (11, 17): export(f'unet256-opset{o}', un, U, o)
export('unet256-dynamo', un, U, 18, dynamo=True)
export('unet256-fp16', un, U + ', fp16', 17, edit=to_half, tolerance=1e-2)
export('unet256-dynamic', un, U + ', any size', 17, dynamic=HW)
export('unet128', init(UnetGenerator(7, 32)), 'U-net-128, 32 filters', 17, size=128)
c = init(ResnetGenerator(64, 9, antialias=True)); C = "CUT's ResNet-9, 64 filters"
for o in (11, 17): export(f'cut-opset{o}', c, C, o)
export('cut-dynamo', c, C, 18, dynamo=True)
export('cut-dynamic', c, C + ', any size', 17, dynamic=HW)
export('cut-fp16', init(ResnetGenerator(32, 9, antialias=True)), "CUT's ResNet-9, 32 filters, fp16", 17, edit=to_half, tolerance=1e-2)
export('twice-the-size', Head(s9, lambda n, x: nn.functional.interpolate(n(x), scale_factor=2.0, mode='nearest')), S + ', output twice the size', 17)
t = init(ResnetGenerator(16, 6)); x = torch.zeros(1, 3, 64, 64)
export('no-activation', Head(t, lambda n, x: n.model[:-1](x)), 'ResNet-6 without tanh', 17, size=64, expect='range unknown')
export('two-inputs', Head(t, lambda n, a, z: n(a) + z.mean()), 'ResNet-6 with a noise input', 17, size=64, sample=(x, torch.zeros(1, 8)), expect='two inputs')
export('two-outputs', Head(t, lambda n, a: (n(a), n.model[:4](a).mean())), 'ResNet-6, 64x64, gives an image and a number', 17, size=64)
export('batch-of-four', t, 'ResNet-6, batch of 4 fixed', 17, size=64, sample=(torch.zeros(4, 3, 64, 64),), expect='batch')
export('grey', Head(t, lambda n, a: n(a.repeat(1, 3, 1, 1))), 'greyscale input', 17, size=64, sample=(torch.zeros(1, 1, 64, 64),), expect='grey')
export('masks', Head(t, lambda n, a: n.model[:4](a)), '16 channels out', 17, size=64, expect='no image')
export('too-new', t, 'operator set 99', 17, size=64, edit=newer, expect='opset')
export('custom-operator', t, 'an operator of its own', 17, size=64, edit=custom, expect='operator')
export('cut-short', t, 'half of a file', 17, size=64, edit=cut, expect='damaged')
export('classifier', Head(t, lambda n, a: n(a).mean((2, 3))), 'a classifier', 17, size=64, expect='classifier')
export('detector', Head(t, lambda n, a: n(a).flatten(2)), 'a list of boxes', 17, size=64, expect='detector')
print(len(cases))
