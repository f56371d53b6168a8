"""CycleGAN's networks, losses and one step of its training in PyTorch: the independent computation behind classic.json.

    pip install torch numpy
    python classic_reference.py > classic.json && npx prettier --write classic.json

Follows the papers and the layer order of the authors' repository (pytorch-CycleGAN-and-pix2pix), in float64, with the two
differences of src/train/networks: the layers u are resizing and a 3x3 convolution, and the U-Net handles odd sizes by bilinear
resizing. The tests do not run this script: they read classic.json.

Weights and images come from `pattern`, which the tests compute as well. Kernels are filled row-major as HWIO, images as NHWC.
A tensor is represented by its digest: the mean of its absolute values, and the mean of its products with `pattern(.., 99)`.
"""

import itertools
import json

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)


def pattern(count, seed):
    """`count` numbers in [-1, 1], float32, the same in every language: only integers below 2 ** 53."""
    i = np.arange(count, dtype=np.int64)
    return ((((i * 7919 + seed * 104729) % 65521) ** 2 % 2003) / 1001 - 1).astype(np.float32).astype(np.float64)


def image(shape, seed):
    """[N, H, W, C] of the pattern, as NCHW."""
    return torch.tensor(pattern(int(np.prod(shape)), seed).reshape(shape)).permute(0, 3, 1, 2).contiguous()


def fill(network, seed):
    """Kernels: the pattern over the square root of the fan-in; biases: the pattern times 0.1. The n-th parameter uses seed + n."""
    for index, parameter in enumerate(ordered(network)):
        if parameter.dim() == 4:
            o, i, h, w = parameter.shape
            values = pattern(parameter.numel(), seed + index).reshape(h, w, i, o).transpose(3, 2, 0, 1)
            values = (values * np.sqrt(3 / (i * h * w))).astype(np.float32)
        else:
            values = (pattern(parameter.numel(), seed + index) * 0.1).astype(np.float32)
        parameter.data = torch.tensor(values.astype(np.float64))
    return network


def arranged(tensor):
    """Flat, in the layout of src/train: NHWC for images, HWIO for kernels."""
    return tensor.detach().numpy().reshape(-1)


def digest(values):
    return [float(np.abs(values).mean()), float((values * pattern(values.size, 99)).mean())]


def image_digest(x):
    return digest(arranged(x.permute(0, 2, 3, 1).contiguous()))


def gradient_digests(gradients):
    return [digest(arranged(g.permute(2, 3, 1, 0).contiguous() if g.dim() == 4 else g)) for g in gradients]


def norm(filters):
    return nn.InstanceNorm2d(filters, affine=False, track_running_stats=False)


# --- networks ------------------------------------------------------------------------------------------------------------------------


class ResnetBlock(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.block = nn.Sequential(
            nn.ReflectionPad2d(1), nn.Conv2d(dim, dim, 3), norm(dim), nn.ReLU(),
            nn.ReflectionPad2d(1), nn.Conv2d(dim, dim, 3), norm(dim),
        )

    def forward(self, x):
        return x + self.block(x)


def resnet_generator(ngf, blocks):
    layers = [nn.ReflectionPad2d(3), nn.Conv2d(3, ngf, 7), norm(ngf), nn.ReLU()]
    for i in range(2):
        n = ngf * 2**i
        layers += [nn.Conv2d(n, 2 * n, 3, stride=2, padding=1), norm(2 * n), nn.ReLU()]
    layers += [ResnetBlock(4 * ngf) for _ in range(blocks)]
    for i in range(2):
        n = ngf * 2 ** (2 - i)
        layers += [nn.Upsample(scale_factor=2, mode="nearest"), nn.ReflectionPad2d(1), nn.Conv2d(n, n // 2, 3), norm(n // 2), nn.ReLU()]
    layers += [nn.ReflectionPad2d(3), nn.Conv2d(ngf, 3, 7), nn.Tanh()]
    return nn.Sequential(*layers)


class UnetBlock(nn.Module):
    """Outer filters, inner filters, and what lies within, as the repository's UnetSkipConnectionBlock."""

    def __init__(self, outer, inner, submodule=None, input_nc=None, outermost=False):
        super().__init__()
        self.outermost = outermost
        down = nn.Conv2d(input_nc or outer, inner, 4, stride=2, padding=1)
        up = nn.Conv2d(inner if submodule is None else 2 * inner, outer, 3, padding=1)
        self.down = nn.Sequential(down) if outermost else nn.Sequential(nn.LeakyReLU(0.2), down)
        if submodule is not None and not outermost:
            self.down.append(norm(inner))
        self.submodule = submodule
        self.up = up
        self.up_norm = nn.Tanh() if outermost else norm(outer)

    def forward(self, x):
        y = self.down(x)
        if self.submodule is not None:
            y = self.submodule(y)
        y = F.relu(y)
        if y.shape[2] * 2 == x.shape[2] and y.shape[3] * 2 == x.shape[3]:
            y = F.interpolate(y, scale_factor=2, mode="nearest")
        else:
            y = F.interpolate(y, size=x.shape[2:], mode="bilinear", align_corners=False)
        y = self.up_norm(self.up(y))
        return y if self.outermost else torch.cat([x, y], 1)


def unet_generator(ngf, downs):
    filters = [ngf * min(2**i, 8) for i in range(downs)]
    block = None
    for i in range(downs - 1, 0, -1):
        block = UnetBlock(filters[i - 1], filters[i], block)
    return UnetBlock(3, ngf, block, input_nc=3, outermost=True)


def patch_discriminator(ndf, layers, normed):
    sequence = [nn.Conv2d(3, ndf, 4, stride=2, padding=1), nn.LeakyReLU(0.2)]
    for n in range(1, layers + 1):
        before, after = ndf * min(2 ** (n - 1), 8), ndf * min(2**n, 8)
        sequence.append(nn.Conv2d(before, after, 4, stride=2 if n < layers else 1, padding=1))
        sequence += ([norm(after)] if normed else []) + [nn.LeakyReLU(0.2)]
    sequence.append(nn.Conv2d(ndf * min(2**layers, 8), 1, 4, padding=1))
    return nn.Sequential(*sequence)


class MultiScale(nn.Module):
    def __init__(self, scales, ndf, layers):
        super().__init__()
        self.scales = scales
        self.judges = nn.ModuleList([patch_discriminator(ndf, layers, False) for _ in scales])

    def forward(self, x):
        return [judge(F.avg_pool2d(x, s) if s > 1 else x) for s, judge in zip(self.scales, self.judges)]


def network_case(network, shape):
    """Outputs, and the gradients of the MSE from pattern(.., 7), averaged over the outputs."""
    fill(network, 1)
    x = image(shape, 50).requires_grad_()
    outputs = network(x)
    outputs = outputs if isinstance(outputs, list) else [outputs]
    losses = []
    for y in outputs:
        n, c, h, w = y.shape
        losses.append(F.mse_loss(y, image((n, h, w, c), 7)))
    loss = sum(losses) / len(losses)
    loss.backward()
    return {
        "outputs": [image_digest(y) for y in outputs],
        "loss": loss.item(),
        "input": image_digest(x.grad),
        "parameters": gradient_digests([p.grad for p in ordered(network)]),
    }


def ordered(network):
    """Parameters in the order of use: those of a UnetBlock's submodule lie between its own."""
    if isinstance(network, UnetBlock):
        inner = ordered(network.submodule) if network.submodule is not None else []
        return [*network.down.parameters(), *inner, *network.up.parameters()]
    return list(network.parameters())


# --- losses --------------------------------------------------------------------------------------------------------------------------


def gan_loss(mode, scores, is_real):
    """The repository's GANLoss: mean over patches; and the hinge of Lim and Ye 2017. Mean over scales."""
    each = []
    for s in scores:
        target = torch.ones_like(s) if is_real else torch.zeros_like(s)
        if mode == "lsgan":
            each.append(F.mse_loss(s, target))
        elif mode == "vanilla":
            each.append(F.binary_cross_entropy_with_logits(s, target))
        else:
            each.append(F.relu(1 - s if is_real else 1 + s).mean())
    return sum(each) / len(each)


def generator_loss(mode, scores):
    return sum(-s.mean() for s in scores) / len(scores) if mode == "hinge" else gan_loss(mode, scores, True)


def discriminator_loss(mode, real, fake):
    return (gan_loss(mode, real, True) + gan_loss(mode, fake, False)) * 0.5


def gan_case(mode):
    scale = 3.0
    real = [(image((2, 3, 5, 1), 11) * scale).requires_grad_(), (image((2, 2, 2, 1), 12) * scale).requires_grad_()]
    fake = [(image((2, 3, 5, 1), 13) * scale).requires_grad_(), (image((2, 2, 2, 1), 14) * scale).requires_grad_()]
    generator = generator_loss(mode, fake)
    discriminator = discriminator_loss(mode, real, fake)
    digests = lambda gradients: [image_digest(g) for g in gradients]
    return {
        "generator": generator.item(),
        "generatorGradients": digests(torch.autograd.grad(generator, fake)),
        "discriminator": discriminator.item(),
        "discriminatorGradients": digests(torch.autograd.grad(discriminator, [*real, *fake])),
    }


def look_case():
    grid = image((2, 9, 16, 96), 21).requires_grad_()
    target = image((1, 9, 16, 96), 22)
    l1_loss = F.l1_loss(grid, target.expand(2, -1, -1, -1))
    variation = (grid[:, :, 1:] - grid[:, :, :-1]).abs().mean() + (grid[:, :, :, 1:] - grid[:, :, :, :-1]).abs().mean()
    (l1_gradient,) = torch.autograd.grad(l1_loss, grid)
    (variation_gradient,) = torch.autograd.grad(variation, grid)
    return {
        "l1": l1_loss.item(),
        "l1Gradient": image_digest(l1_gradient),
        "variation": variation.item(),
        "variationGradient": image_digest(variation_gradient),
    }


# --- optimiser -----------------------------------------------------------------------------------------------------------------------


def adam_case():
    """Three steps of two parameters, the second at a quarter of the rate; gradients are patterns."""
    a, b = nn.Parameter(torch.tensor(pattern(6, 31))), nn.Parameter(torch.tensor(pattern(3, 32)))
    optimiser = torch.optim.Adam([{"params": [a]}, {"params": [b], "lr": 5e-5}], lr=2e-4, betas=(0.5, 0.99))
    steps = []
    for step in range(3):
        a.grad, b.grad = torch.tensor(pattern(6, 33 + step)), torch.tensor(pattern(3, 36 + step))
        optimiser.step()
        steps.append([*a.tolist(), *b.tolist()])
    return steps


def learning_rate_case(n_epochs, n_epochs_decay):
    """The repository's lambda_rule with LambdaLR."""
    rule = lambda epoch: 1.0 - max(0, epoch + 1 - n_epochs) / float(n_epochs_decay + 1)
    optimiser = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1.0)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lr_lambda=rule)
    rates = []
    for _ in range(n_epochs + n_epochs_decay + 1):
        rates.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        schedule.step()
    return rates


def spectral_case():
    """Three training passes of a convolution under torch.nn.utils.spectral_norm, and the gradient of the last."""
    conv = torch.nn.utils.spectral_norm(fill(nn.Conv2d(3, 5, 4), 41))
    conv.weight_u.copy_(F.normalize(torch.tensor(pattern(5, 43)), dim=0))
    x = image((1, 6, 7, 3), 44)
    for _ in range(3):
        y = conv(x)
    weight = conv.weight.detach().permute(2, 3, 1, 0).contiguous()
    F.mse_loss(y, image((1, 3, 4, 5), 45)).backward()
    return {
        "u": conv.weight_u.tolist(),
        "weight": digest(arranged(weight)),
        "output": image_digest(y),
        "gradients": gradient_digests([conv.weight_orig.grad, conv.bias.grad]),
    }


# --- one step ------------------------------------------------------------------------------------------------------------------------


def cycle_gan_case(shape, generator, discriminator, count):
    """Steps of optimize_parameters(): lambda 10, 10, identity 0.5, LSGAN, Adam 2e-3 with betas 0.5 and 0.999, a pool that is not full yet."""
    net_ga, net_gb = fill(generator(), 100), fill(generator(), 200)
    net_da, net_db = fill(discriminator(), 300), fill(discriminator(), 400)
    real_a, real_b = image(shape, 61), image(shape, 62)
    optimiser = lambda *networks: torch.optim.Adam(itertools.chain(*[n.parameters() for n in networks]), lr=2e-3, betas=(0.5, 0.999))
    optimiser_g, optimiser_d = optimiser(net_ga, net_gb), optimiser(net_da, net_db)
    steps = []
    for _ in range(count):
        fake_b, fake_a = net_ga(real_a), net_gb(real_b)
        terms = {
            "ganA": generator_loss("lsgan", [net_da(fake_b)]),
            "ganB": generator_loss("lsgan", [net_db(fake_a)]),
            "cycleA": F.l1_loss(net_gb(fake_b), real_a) * 10.0,
            "cycleB": F.l1_loss(net_ga(fake_a), real_b) * 10.0,
            "identityA": F.l1_loss(net_ga(real_b), real_b) * 10.0 * 0.5,
            "identityB": F.l1_loss(net_gb(real_a), real_a) * 10.0 * 0.5,
        }
        total = sum(terms.values())
        optimiser_g.zero_grad()
        total.backward()
        gradients = {"netGA": net_ga, "netGB": net_gb}
        gradients = {name: gradient_digests([p.grad for p in n.parameters()]) for name, n in gradients.items()}
        optimiser_g.step()
        optimiser_d.zero_grad()
        loss_da = discriminator_loss("lsgan", [net_da(real_b)], [net_da(fake_b.detach())])
        loss_db = discriminator_loss("lsgan", [net_db(real_a)], [net_db(fake_a.detach())])
        loss_da.backward()
        loss_db.backward()
        gradients["netDA"] = gradient_digests([p.grad for p in net_da.parameters()])
        optimiser_d.step()
        steps.append({
            "terms": {name: term.item() for name, term in terms.items()},
            "total": total.item(),
            "lossDA": loss_da.item(),
            "lossDB": loss_db.item(),
            "gradients": gradients,
        })
    return steps


def rounded(value):
    if isinstance(value, float):
        return float(f"{value:.8g}")
    if isinstance(value, list):
        return [rounded(v) for v in value]
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    return value


def main():
    count = lambda network: sum(p.numel() for p in network.parameters())
    cases = {
        "about": "written by classic_reference.py with PyTorch " + torch.__version__.split("+")[0],
        "counts": {
            "resnet9": count(resnet_generator(64, 9)),
            "resnet6": count(resnet_generator(64, 6)),
            "patch": count(patch_discriminator(64, 3, True)),
        },
        "resnet": network_case(resnet_generator(4, 2), (2, 16, 20, 3)),
        "unet": network_case(unet_generator(2, 3), (1, 12, 20, 3)),
        "patchInstance": network_case(patch_discriminator(4, 2, True), (2, 24, 32, 3)),
        "patchNone": network_case(patch_discriminator(2, 3, False), (1, 32, 40, 3)),
        "multiScale": network_case(MultiScale([1, 2], 3, 1), (1, 16, 20, 3)),
        "gan": {mode: gan_case(mode) for mode in ["lsgan", "vanilla", "hinge"]},
        "look": look_case(),
        "adam": adam_case(),
        "learningRate": learning_rate_case(3, 4),
        "spectral": spectral_case(),
        "cycleGan": cycle_gan_case((1, 16, 20, 3), lambda: resnet_generator(4, 1), lambda: patch_discriminator(4, 2, True), 2),
        "cycleGanModel": [
            {name: value for name, value in step.items() if name != "gradients"}
            for step in cycle_gan_case((1, 144, 256, 3), lambda: resnet_generator(2, 6), lambda: patch_discriminator(2, 3, True), 2)
        ],
    }
    print(json.dumps(rounded(cases), separators=(",", ":")))


if __name__ == "__main__":
    main()
