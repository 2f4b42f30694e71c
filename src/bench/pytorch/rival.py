"""PyTorch's side of the benchmark: one JSON request a line on standard input, one JSON answer a line on standard output.

  prepare  {model, stem, batch, weights, images, labels, threads}  the same weights and images as samlab's
  check    {gradients}                                             writes loss and gradients of one batch in float32, under the weights' names
  setup    {layout, precision, compile}                            a configuration of PyTorch
  time     {work, repeats}                                         seconds of SGD steps, SAM steps or evaluations
  product  {}                                                      seconds of a product of the Hessian with a vector, in float32
  memory   {}                                                      peak resident memory of this process, in bytes
  ceiling  {precision, size, repeats}                              seconds of a product of square matrices
"""
import contextlib
import json
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

from networks import network

LEARNING_RATE, MOMENTUM, WEIGHT_DECAY, RHO = 1e-3, 0.9, 5e-4, 0.05


class Rival:
    def prepare(self, model, stem, batch, weights, images, labels, threads):
        torch.set_num_threads(threads)
        self.initial = load_file(weights)
        self.make = lambda: network(model, stem, 10)
        pixels = np.fromfile(images, dtype=np.float32).reshape(batch, 32, 32, 3)
        self.nhwc = torch.from_numpy(pixels)
        self.labels = torch.from_numpy(np.fromfile(labels, dtype=np.uint8).astype(np.int64))
        return {"torch": torch.__version__, "processor": torch.backends.cpu.get_cpu_capability()}

    def setup(self, layout="default", precision="float32", compile=False):
        network_ = self.make()
        network_.load_state_dict(self.initial, strict=False)
        self.net = network_.train()
        self.images = self.nhwc.permute(0, 3, 1, 2).contiguous()
        if layout == "channels_last":
            self.net = self.net.to(memory_format=torch.channels_last)
            self.images = self.images.contiguous(memory_format=torch.channels_last)
        self.autocast = lambda: torch.autocast("cpu", torch.bfloat16) if precision == "bfloat16" else contextlib.nullcontext()
        self.parameters = [parameter for parameter in self.net.parameters()]
        self.optimizer = self._fastest_optimizer()
        self.apply = torch.compile(self.net) if compile else self.net
        self._gradient()
        return {}

    def _fastest_optimizer(self):
        """SGD in the form that steps fastest here: fused, or over lists of tensors."""
        found = []
        for options in ({"fused": True}, {"foreach": True}):
            optimizer = torch.optim.SGD(self.parameters, LEARNING_RATE, MOMENTUM, weight_decay=WEIGHT_DECAY, nesterov=True, **options)
            for parameter in self.parameters:
                parameter.grad = torch.zeros_like(parameter)
            optimizer.step()
            started = time.perf_counter()
            optimizer.step()
            found.append((time.perf_counter() - started, optimizer))
        self.net.zero_grad(set_to_none=True)
        return min(found, key=lambda pair: pair[0])[1]

    def _loss(self):
        with self.autocast():
            logits = self.apply(self.images)
        return F.cross_entropy(logits.float(), self.labels)

    def _gradient(self):
        self.net.zero_grad(set_to_none=True)
        loss = self._loss()
        loss.backward()
        return loss

    def _sgd(self):
        loss = self._gradient().item()
        self.optimizer.step()
        return loss

    def _freeze_statistics(self, frozen):
        for module in self.net.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.momentum = 0.0 if frozen else 0.1

    def _sam(self):
        loss = self._gradient().item()
        with torch.no_grad():
            gradients = [parameter.grad for parameter in self.parameters]
            norm = torch.stack(torch._foreach_norm(gradients)).norm()
            perturbation = torch._foreach_mul(gradients, RHO / (norm + 1e-12))
            torch._foreach_add_(self.parameters, perturbation)
        self._freeze_statistics(True)
        self._gradient()
        self._freeze_statistics(False)
        with torch.no_grad():
            torch._foreach_sub_(self.parameters, perturbation)
        self.optimizer.step()
        return loss

    def _evaluation(self):
        with torch.inference_mode(), self.autocast():
            return self.apply(self.images).float().sum().item()

    def time(self, work, repeats=1):
        body = {"sgd": self._sgd, "sam": self._sam, "evaluation": self._evaluation}[work]
        self.net.train(work != "evaluation")
        seconds = []
        for _ in range(repeats):
            started = time.perf_counter()
            body()
            seconds.append(time.perf_counter() - started)
        self.net.train()
        return {"seconds": seconds}

    def check(self, gradients):
        self.setup()
        loss = self._gradient()
        found = {name: parameter.grad.contiguous() for name, parameter in self.net.named_parameters()}
        save_file({**dict(self.net.named_buffers()), **found}, gradients)
        return {"loss": loss.item()}

    def product(self):
        """Hessian times a vector as PyHessian has it: the gradient with its graph, then the gradient of its product with the vector."""
        self.setup()
        self.net.eval()
        vector = [torch.randn_like(parameter) for parameter in self.parameters]
        started = time.perf_counter()
        gradient = torch.autograd.grad(self._loss(), self.parameters, create_graph=True)
        torch.autograd.grad(gradient, self.parameters, grad_outputs=vector)
        return {"seconds": [time.perf_counter() - started]}

    def memory(self):
        with open("/proc/self/status") as status:
            peak = next(line for line in status if line.startswith("VmHWM"))
        return {"bytes": int(peak.split()[1]) * 1024}

    def ceiling(self, precision, size, repeats):
        dtype = getattr(torch, precision)
        a, b = torch.randn(size, size).to(dtype), torch.randn(size, size).to(dtype)
        seconds = []
        for _ in range(repeats + 1):
            started = time.perf_counter()
            a @ b
            seconds.append(time.perf_counter() - started)
        return {"seconds": seconds[1:]}


def main():
    rival = Rival()
    for line in sys.stdin:
        request = json.loads(line)
        command = request.pop("command")
        try:
            answer = getattr(rival, command)(**request)
        except Exception as problem:  # the other side decides what a failure means
            answer = {"error": f"{type(problem).__name__}: {problem}"}
        print(json.dumps(answer), flush=True)


main()
