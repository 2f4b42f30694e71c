"""The benchmark's networks in PyTorch, under samlab's names, as a user of PyTorch would write them."""
from torch import nn


def _convolution(channels, filters, kernel, stride=1):
    return nn.Conv2d(channels, filters, kernel, stride, (kernel - 1) // 2, bias=False)


class Bottleneck(nn.Module):
    def __init__(self, channels, width, stride):
        super().__init__()
        out = 4 * width
        self.conv1, self.bn1 = _convolution(channels, width, 1), nn.BatchNorm2d(width)
        self.conv2, self.bn2 = _convolution(width, width, 3, stride), nn.BatchNorm2d(width)
        self.conv3, self.bn3 = _convolution(width, out, 1), nn.BatchNorm2d(out)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = None
        if stride != 1 or channels != out:
            self.downsample = nn.Sequential(_convolution(channels, out, 1, stride), nn.BatchNorm2d(out))

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.relu(self.bn2(self.conv2(y)))
        return self.relu(self.bn3(self.conv3(y)) + shortcut)


class BottleneckResNet(nn.Module):
    """ResNet-50, 101, 152 (He et al. 2016), stride on the 3x3 convolution; ImageNet or CIFAR stem."""

    def __init__(self, blocks, stem, classes):
        super().__init__()
        imagenet = stem == "imagenet"
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False) if imagenet else _convolution(3, 64, 3)
        self.bn1, self.relu = nn.BatchNorm2d(64), nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1) if imagenet else nn.Identity()
        channels = 64
        for stage, count in enumerate(blocks):
            width = 64 * 2**stage
            layers = []
            for block in range(count):
                layers.append(Bottleneck(channels, width, 2 if stage > 0 and block == 0 else 1))
                channels = 4 * width
            setattr(self, f"layer{stage + 1}", nn.Sequential(*layers))
        self.avgpool, self.fc = nn.AdaptiveAvgPool2d(1), nn.Linear(channels, classes)

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        for stage in (self.layer1, self.layer2, self.layer3, self.layer4):
            x = stage(x)
        return self.fc(self.avgpool(x).flatten(1))


class ShiftedNorm(nn.BatchNorm2d):
    """Batch norm whose scales stay 1."""

    def __init__(self, channels):
        super().__init__(channels, eps=1e-12, momentum=0.4)
        self.weight.requires_grad = False


class Group(nn.Module):
    def __init__(self, channels, filters):
        super().__init__()
        self.conv1, self.norm1 = _convolution(channels, filters, 3), ShiftedNorm(filters)
        self.conv2, self.norm2 = _convolution(filters, filters, 3), ShiftedNorm(filters)
        self.pool, self.gelu = nn.MaxPool2d(2), nn.GELU()

    def forward(self, x):
        x = self.gelu(self.norm1(self.pool(self.conv1(x))))
        return self.gelu(self.norm2(self.conv2(x)))


class Fast(nn.Module):
    """The 94 % network of Jordan 2024 (arXiv 2404.00498)."""

    def __init__(self, classes):
        super().__init__()
        self.whiten, self.gelu = nn.Conv2d(3, 24, 2), nn.GELU()
        self.group1, self.group2, self.group3 = Group(24, 64), Group(64, 256), Group(256, 256)
        self.pool, self.linear = nn.MaxPool2d(3), nn.Linear(256, classes, bias=False)

    def forward(self, x):
        x = self.gelu(self.whiten(x))
        for group in (self.group1, self.group2, self.group3):
            x = group(x)
        return self.linear(self.pool(x).flatten(1)) / 9


BLOCKS = {"resnet50": (3, 4, 6, 3), "resnet101": (3, 4, 23, 3), "resnet152": (3, 8, 36, 3)}


def network(name, stem, classes):
    return Fast(classes) if name == "fast" else BottleneckResNet(BLOCKS[name], stem, classes)
