"""TP-GAN's generator, losses and two steps of its training in PyTorch: the independent computation behind two-pathway.json.

    pip install torch numpy
    python two_pathway_reference.py > two-pathway.json && npx prettier --write two-pathway.json

Follows Huang et al. 2017 (sections 3.1 and 3.2) with the differences of docs/training-two-pathway.md, in float64. The tests do not run this
script: they read two-pathway.json. Weights, images and digests are those of classic_reference.py.
"""

import json

import numpy as np
import torch
import torch.nn.functional as F

from classic_reference import digest, arranged, gradient_digests, image, image_digest, patch_discriminator, fill, pattern, rounded

torch.set_default_dtype(torch.float64)

HEIGHT, WIDTH, BATCH, REGIONS = 36, 48, 2, 4
NGF, NLF, BLOCKS = 2, 2, 1
WEIGHTS = {
    "pixel": 1, "half": 1, "quarter": 1.5, "local": 3, "adversarial": 1e-3, "identity": 3e-3, "variation": 1e-4, "symmetry": 0.3,
}


class Store:
    """Parameters in the order of their first use, filled like classic_reference.fill()."""

    def __init__(self, seed):
        self.seed, self.parameters = seed, {}

    def get(self, name, shape, factor):
        if name not in self.parameters:
            count = int(np.prod(shape))
            values = (pattern(count, self.seed + len(self.parameters)) * factor).astype(np.float32).astype(np.float64)
            self.parameters[name] = torch.tensor(values.reshape(shape)).requires_grad_()
        return self.parameters[name]

    def conv(self, x, name, filters, size, stride=1, bias=True):
        channels = x.shape[1]
        kernel = self.get(f"{name}/kernel", (size, size, channels, filters), np.sqrt(3 / (size * size * channels)))  # HWIO
        offset = self.get(f"{name}/bias", (filters,), 0.1) if bias else None
        return F.conv2d(x, kernel.permute(3, 2, 0, 1), offset, stride=stride, padding=(size - 1) // 2)


def act(x, slope=0.2):
    return F.leaky_relu(x, slope)


def enlarge(x, like):
    size = like.shape[2:]
    if 2 * x.shape[2] == size[0] and 2 * x.shape[3] == size[1]:
        return F.interpolate(x, scale_factor=2, mode="nearest")
    return F.interpolate(x, size=size, mode="bilinear", align_corners=False)


def residual(net, x, name):
    inner = act(net.conv(x, f"{name}a", x.shape[1], 3))
    return act(x + net.conv(inner, f"{name}b", x.shape[1], 3))


def local_pathway(net, day, region, name):
    conv = lambda x, layer, filters, stride=1: act(net.conv(x, f"{name}/{layer}", filters, 3, stride))
    levels = [conv(torch.cat([day * region, region], 1), "conv0", NLF)]
    for i, factor in enumerate([2, 4, 8]):
        levels.append(conv(levels[-1], f"conv{i + 1}", factor * NLF, 2))
    x = residual(net, levels[3], f"{name}/residual")
    for i, factor in enumerate([4, 2, 1]):
        skip = levels[2 - i]
        x = conv(enlarge(x, skip), f"deconv{i}", factor * NLF)
        x = conv(torch.cat([x, skip], 1), f"merge{i}", factor * NLF)
    features = conv(x, "conv4", NLF)
    made = torch.tanh(net.conv(features, f"{name}/conv5", 3, 3))
    return made, torch.cat([F.relu(features), made + 1], 1) * region


def generator(net, day, regions):
    locals_ = [local_pathway(net, day, regions[:, i : i + 1], f"local{i}") for i in range(REGIONS)]
    fused = torch.stack([placed for _, placed in locals_]).max(0).values
    conv = lambda x, layer, filters, size, stride=1: act(net.conv(x, f"global/{layer}", filters, size, stride))
    e0 = conv(day, "conv0", NGF, 7)
    e1 = conv(e0, "conv1", NGF, 5, 2)
    e2 = residual(net, conv(e1, "conv2", 2 * NGF, 3, 2), "global/residual2")
    e3 = residual(net, conv(e2, "conv3", 4 * NGF, 3, 2), "global/residual3")
    bottom = conv(e3, "conv4", 8 * NGF, 3, 2)
    for block in range(BLOCKS):
        bottom = residual(net, bottom, f"global/residual4.{block}")
    pooled = torch.cat([bottom.mean((2, 3), keepdim=True), bottom.amax((2, 3), keepdim=True)], 1)
    both = net.conv(pooled, "global/code", 8 * NGF, 1)
    code = torch.maximum(both[:, : 4 * NGF], both[:, 4 * NGF :])  # maxout
    bottom = bottom + net.conv(code, "global/decode", 8 * NGF, 1)
    x = conv(enlarge(bottom, e3), "deconv0", 8 * NGF, 3)
    x = residual(net, conv(torch.cat([x, e3], 1), "merge0", 4 * NGF, 3), "global/residual5")
    x = conv(enlarge(x, e2), "deconv1", 4 * NGF, 3)
    x = residual(net, conv(torch.cat([x, e2, F.avg_pool2d(day, 4)], 1), "merge1", 2 * NGF, 3), "global/residual6")
    quarter = torch.tanh(net.conv(x, "global/quarter", 3, 3))
    x = conv(enlarge(x, e1), "deconv2", 2 * NGF, 3)
    x = conv(torch.cat([x, e1, F.avg_pool2d(day, 2), enlarge(quarter, e1)], 1), "merge2", 2 * NGF, 3)
    half = torch.tanh(net.conv(x, "global/half", 3, 3))
    x = conv(enlarge(x, e0), "deconv3", NGF, 3)
    x = conv(torch.cat([x, e0, day, enlarge(half, e0), fused], 1), "conv5", NGF, 5)
    x = conv(x, "conv6", NGF // 2, 3)
    return torch.tanh(net.conv(x, "global/conv7", 3, 3)), half, quarter, [made for made, _ in locals_]


def scene_features(net, yuv):
    """The scene network up to the layers before its heads: src/train/networks/scene-network.ts."""
    leaky = lambda x: act(x, 0.1)
    x = torch.cat([4 * yuv[:, :1] - 2, 14 * yuv[:, 1:]], 1)
    levels = []
    for i, filters in enumerate([16, 24, 48, 96, 128]):
        x = leaky(net.conv(x, f"encode{i}", filters, 3, 2))
        if i > 0:
            x = leaky(net.conv(x, f"encode{i}b", filters, 3))
        levels.append(x)
    pooled = torch.cat([x.mean((2, 3), keepdim=True), x.amax((2, 3), keepdim=True)], 1)
    x = x + net.conv(leaky(net.conv(pooled, "whole/mix", 128, 1)), "whole/out", 128, 1)
    for block in range(3):
        x = x + net.conv(leaky(net.conv(x, f"residual{block}a", 96, 3)), f"residual{block}b", 128, 3)
    decoded = []
    for i, filters in enumerate([96, 56, 32]):
        up = F.interpolate(net.conv(x, f"narrow{i}", filters, 1), scale_factor=2, mode="nearest")
        x = leaky(net.conv(leaky(up + net.conv(levels[3 - i], f"skip{i}", filters, 1, bias=False)), f"decode{i}", filters, 3))
        decoded.append(x)
    return decoded[2], leaky(net.conv(decoded[1], "vehicles/features", 56, 3))


def identity_loss(net, made, real):
    yuv = lambda x: F.interpolate(torch.cat([x[:, :1] / 2 + 0.5, x[:, 1:] / 2], 1), size=(64, 64), mode="bilinear", align_corners=False)
    return sum(F.l1_loss(a, b) for a, b in zip(scene_features(net, yuv(made)), scene_features(net, yuv(real))))


def region_loss(made, real, region):
    return ((made - real) * region).abs().sum() / ((region.sum() + 1) * 3)


def variation(x):
    return (x[:, :, 1:] - x[:, :, :-1]).abs().mean() + (x[:, :, :, 1:] - x[:, :, :, :-1]).abs().mean()


def cross_entropy(scores, is_real):
    return F.binary_cross_entropy_with_logits(scores, torch.ones_like(scores) if is_real else torch.zeros_like(scores))


def main():
    shape = (BATCH, HEIGHT, WIDTH, 3)
    day, night = image(shape, 61), image(shape, 62)
    regions = (image((BATCH, HEIGHT, WIDTH, REGIONS), 63) * 1.5).clamp(0, 1)
    net, recogniser = Store(100), Store(500)
    net_d = fill(patch_discriminator(2, 1, False), 400)
    generator(net, day, regions)  # declares the parameters
    parameters = list(net.parameters.values())
    adam = lambda own: torch.optim.Adam(own, lr=2e-3, betas=(0.9, 0.999))
    optimiser, optimiser_d = adam(parameters), adam(net_d.parameters())
    steps, gradients = [], None
    for _ in range(2):
        made, half, quarter, locals_ = generator(net, day, regions)
        outputs = {"image": image_digest(made), "half": image_digest(half), "quarter": image_digest(quarter)}
        terms = {
            "pixel": F.l1_loss(made, night),
            "half": F.l1_loss(half, F.avg_pool2d(night, 2)),
            "quarter": F.l1_loss(quarter, F.avg_pool2d(night, 4)),
            "local": sum(region_loss(each, night, regions[:, i : i + 1]) for i, each in enumerate(locals_)),
            "adversarial": cross_entropy(net_d(made), True),
            "identity": identity_loss(recogniser, made, night),
            "variation": variation(made),
            "symmetry": sum(F.l1_loss(x, x.flip(3)) for x in (made, half, quarter)),
        }
        terms = {name: term * WEIGHTS[name] for name, term in terms.items()}
        own = torch.autograd.grad(sum(terms.values()), parameters)
        gradients = gradients or [digest(arranged(g)) for g in own]  # kernels are HWIO already
        for parameter, gradient in zip(parameters, own):
            parameter.grad = gradient
        optimiser.step()
        loss_d = (cross_entropy(net_d(night), True) + cross_entropy(net_d(made.detach()), False)) * 0.5
        optimiser_d.zero_grad()
        loss_d.backward()
        optimiser_d.step()
        losses = {**{name: term.item() for name, term in terms.items()}, "netD": loss_d.item()}
        steps.append({"losses": losses, "outputs": outputs})
    print(json.dumps(rounded({
        "about": "written by two_pathway_reference.py with PyTorch " + torch.__version__.split("+")[0],
        "parameters": sum(p.numel() for p in parameters),
        "gradients": gradients,
        "steps": steps,
    }), separators=(",", ":")))


if __name__ == "__main__":
    main()
