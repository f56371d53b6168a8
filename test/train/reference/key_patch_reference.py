"""One training of key local patches (Lee et al. 2018) in PyTorch: the independent computation behind key-patch.json.

    pip install torch numpy
    python key_patch_reference.py > key-patch.json && npx prettier --write key-patch.json

Follows the paper and the order of layers of the authors' repository (KeyPatchGan, model_structure unet), in float64, with the three
differences of src/train/networks/key-patch-networks.ts: the layers up are nearest upsampling and a 3x3 convolution, the discriminator
ends in a logit, and the L1 norms are sums over an image. Weights and images come from `pattern`, as in classic_reference.py.
"""

import json

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

from classic_reference import gradient_digests, image, image_digest, pattern, rounded

SIDE, FILTERS, PATCHES, IMAGES = 16, 3, 2, 2
LAYERS = 2  # 16 -> 8 -> 4


def growth(level):
    return FILTERS * min(2 ** (level - 1), 8)


class PartEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.convs, self.norms = nn.ModuleList(), nn.ModuleList()
        for level in range(1, LAYERS + 1):
            self.convs.append(nn.Conv2d(3 if level == 1 else growth(level - 1), growth(level), 5, stride=2, padding=2))
            self.norms.append(nn.Identity() if level == 1 else nn.BatchNorm2d(growth(level)))
        self.code = nn.Conv2d(growth(LAYERS), 128, 4)

    def forward(self, x):
        features = []
        for conv, norm in zip(self.convs, self.norms):
            x = F.leaky_relu(norm(conv(x)), 0.2)
            features.append(x)
        return features + [F.leaky_relu(self.code(x), 0.2)]


class Upwards(nn.Module):
    def __init__(self, code, skips, channels):
        super().__init__()
        self.convs, self.norms = nn.ModuleList(), nn.ModuleList()
        for level in range(LAYERS, 0, -1):
            inner = level == LAYERS
            before = code if inner else growth(level + 1) * skips
            self.convs.append(nn.Conv2d(before, growth(level), 4, padding=3) if inner else nn.Conv2d(before, growth(level), 3, padding=1))
            self.norms.append(nn.BatchNorm2d(growth(level)))
        self.last = nn.Conv2d(growth(1) * skips, channels, 3, padding=1)

    def forward(self, x, skips):
        """`skips` from the innermost; returns the joined features and the output."""
        joined = []
        for i, (conv, norm, skip) in enumerate(zip(self.convs, self.norms, skips)):
            x = F.relu(norm(conv(x if i == 0 else F.interpolate(x, scale_factor=2, mode="nearest"))))
            x = torch.cat([x, skip], 1)
            joined.append(x)
        return joined, self.last(F.interpolate(x, scale_factor=2, mode="nearest"))


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.part = PartEncoder()
        self.mask = Upwards(128, 2, 1)
        self.image = Upwards(256, 3, 3)

    def forward(self, sets, noise):
        """`sets`: for each place in the sets one batch of patches, as the repository passes part 1, part 2, ..."""
        batch = torch.stack(sets, 1).flatten(0, 1)  # one pass for all: the batch norms see all patches
        features = [f.unflatten(0, (IMAGES, PATCHES)).sum(1) for f in self.part(batch)]
        skips, code = features[-2::-1], features[-1]
        joined, mask = self.mask(code, skips)
        _, made = self.image(torch.cat([code, noise], 1), joined)
        return torch.sigmoid(mask), torch.tanh(made)


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        layers = []
        for level in range(1, LAYERS + 1):
            layers.append(nn.Conv2d(3 if level == 1 else growth(level - 1), growth(level), 5, stride=2, padding=2))
            layers += [] if level == 1 else [nn.BatchNorm2d(growth(level))]
            layers.append(nn.LeakyReLU(0.2))
        self.layers = nn.Sequential(*layers, nn.Conv2d(growth(LAYERS), 1, 4))

    def forward(self, x):
        return self.layers(x).flatten()


def fill(network, seed):
    """As classic_reference's fill(); the scale of a batch norm is 1 plus its numbers."""
    scales = {id(m.weight) for m in network.modules() if isinstance(m, nn.BatchNorm2d)}
    for index, parameter in enumerate(ordered(network)):
        values = pattern(parameter.numel(), seed + index)
        if parameter.dim() == 4:
            o, i, h, w = parameter.shape
            values = (values.reshape(h, w, i, o).transpose(3, 2, 0, 1) * np.sqrt(3 / (i * h * w))).astype(np.float32)
        else:
            values = (values * 0.1).astype(np.float32) + np.float32(id(parameter) in scales)
        parameter.data = torch.tensor(values.astype(np.float64))
    return network


def ordered(network):
    """Parameters in the order of use: the norm of a layer stands beside its convolution."""
    parameters = []
    for module in network.children():
        if isinstance(module, (PartEncoder, Upwards)):
            for conv, norm in zip(module.convs, module.norms):
                parameters += [*conv.parameters(), *norm.parameters()]
            parameters += [*(module.code if isinstance(module, PartEncoder) else module.last).parameters()]
        else:
            parameters += [*module.parameters()]
    return parameters


def mask_of(seed):
    return (image((IMAGES, SIDE, SIDE, 1), seed) > 0.3).double()


def main():
    net_g, net_d = fill(Generator(), 100), fill(Discriminator(), 300)
    flat = image((IMAGES * PATCHES, SIDE, SIDE, 3), 61)
    sets = [flat[place::PATCHES] for place in range(PATCHES)]
    real, others, mask = image((IMAGES, SIDE, SIDE, 3), 62), image((IMAGES, SIDE, SIDE, 3), 63), mask_of(64)
    noise = image((IMAGES, 1, 1, 128), 65)
    adam = lambda parameters: torch.optim.Adam(parameters, lr=2e-4, betas=(0.5, 0.999))
    optimiser_g, optimiser_d = adam(net_g.parameters()), adam(net_d.parameters())
    weights = np.logspace(-2, -4, num=25)
    cross_entropy = nn.BCEWithLogitsLoss()
    is_real = lambda scores: cross_entropy(scores, torch.ones_like(scores))
    is_fake = lambda scores: cross_entropy(scores, torch.zeros_like(scores))
    with torch.no_grad():
        first = net_g(sets, noise)
    steps = []
    for i in range(4):
        step = {}
        with torch.no_grad():
            _, generated = net_g(sets, noise)
        terms = {
            "real": is_real(net_d(real)),
            "generated": is_fake(net_d(generated)),
            "shuffledPatches": is_fake(net_d(others * mask + real * (1 - mask))),
            "shuffledSurroundings": is_fake(net_d(real * mask + others * (1 - mask))),
        }
        optimiser_d.zero_grad()
        sum(terms.values()).backward()
        if i == 0:
            step["netD"] = gradient_digests([p.grad for p in ordered(net_d)])
        optimiser_d.step()
        if i % 2 == 1:
            gen_mask, gen_image = net_g(sets, noise)
            weight = weights[0]
            own = {
                "spatial": weight * (gen_mask - mask).abs().sum() / IMAGES,
                "appearance": weight * (gen_image * gen_mask - real * mask).abs().sum() / IMAGES,
                "gan": is_real(net_d(gen_image)),
            }
            optimiser_g.zero_grad()
            sum(own.values()).backward()
            if i == 1:
                step["netG"] = gradient_digests([p.grad for p in ordered(net_g)])
            optimiser_g.step()
            terms.update(own)
        step["terms"] = {name: term.item() for name, term in terms.items()}
        steps.append(step)
    cases = {
        "about": "written by key_patch_reference.py with PyTorch " + torch.__version__.split("+")[0],
        "outputs": [image_digest(x) for x in first],
        "weights": weights.tolist(),
        "steps": steps,
    }
    print(json.dumps(rounded(cases), separators=(",", ":")))


if __name__ == "__main__":
    main()
