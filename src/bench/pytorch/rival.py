"""PyTorch's side of the benchmark: one JSON request a line on standard input, one JSON answer a line on standard output.

  prepare  {model, stem, batch, recipe, weights, images, labels, threads, card}  the same weights, images and steps as samlab's
  check    {gradients, steps, moved}                               writes loss and gradients of one batch in float32, and the weights after some SGD steps
  setup    {layout, precision, compile}                            a configuration of PyTorch
  time     {work, repeats}                                         seconds of SGD steps, SAM steps or evaluations
  product  {method, repeats}                                       seconds of products of the Hessian with a vector, in float32
  memory   {}                                                      peak resident memory of this process, in bytes
  ceiling  {precision, size, repeats}                              seconds of a product of square matrices
"""
import contextlib
import copy
import json
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

from networks import network


class Rival:
    def prepare(self, model, stem, batch, recipe, weights, images, labels, threads, card):
        torch.set_num_threads(threads)
        if card and not torch.cuda.is_available():
            raise RuntimeError("samlab computes on a graphics card, which this PyTorch does not find")
        self.device = torch.device("cuda" if card else "cpu")
        self.initial = load_file(weights)
        self.recipe = recipe
        self.make = lambda: network(model, stem, 10)
        pixels = np.fromfile(images, dtype=np.float32).reshape(batch, 32, 32, 3)
        self.nhwc = torch.from_numpy(pixels).to(self.device)
        self.labels = torch.from_numpy(np.fromfile(labels, dtype=np.uint8).astype(np.int64)).to(self.device)
        return {"torch": torch.__version__, "processor": torch.backends.cpu.get_cpu_capability()}

    def setup(self, layout="default", precision="float32", compile=False):
        network_ = self.make()
        network_.load_state_dict(self.initial, strict=False)
        self.net = network_.to(self.device).train()
        self.images = self.nhwc.permute(0, 3, 1, 2).contiguous()
        if layout == "channels_last":
            self.net = self.net.to(memory_format=torch.channels_last)
            self.images = self.images.contiguous(memory_format=torch.channels_last)
        kind = self.device.type
        self.autocast = lambda: torch.autocast(kind, torch.bfloat16) if precision == "bfloat16" else contextlib.nullcontext()
        for name, parameter in self.net.named_parameters():
            if name in self.recipe["frozen"]:
                parameter.requires_grad = False
        self.parameters = [parameter for parameter in self.net.parameters() if parameter.requires_grad]
        self.optimizer = self._fastest_optimizer()
        self.slow, self.steps = copy.deepcopy(self.net) if "lookahead" in self.recipe else None, 0
        self.apply = torch.compile(self.net) if compile else self.net
        self.operator = None
        self._gradient()
        return {}

    def _optimizer(self, **options):
        """SGD, with a group of parameters for each multiple of learning rate and decay."""
        recipe, groups = self.recipe, {}
        for name, parameter in self.net.named_parameters():
            if parameter.requires_grad:
                share = recipe["shares"].get(name, {"rate": 1, "decay": 1})
                groups.setdefault((share["rate"], share["decay"]), []).append(parameter)
        listed = [
            {"params": members, "lr": recipe["learningRate"] * rate, "weight_decay": recipe["weightDecay"] * decay}
            for (rate, decay), members in groups.items()
        ]
        return torch.optim.SGD(listed, recipe["learningRate"], recipe["momentum"], nesterov=recipe["nesterov"], **options)

    def _fastest_optimizer(self):
        """The form that steps fastest here: fused, or over lists of tensors. The one that is kept has not stepped yet."""
        saved, found = copy.deepcopy(self.net.state_dict()), []
        for options in ({"fused": True}, {"foreach": True}):
            optimizer = self._optimizer(**options)
            for parameter in self.parameters:
                parameter.grad = torch.zeros_like(parameter)
            optimizer.step()
            self._wait()
            started = time.perf_counter()
            optimizer.step()
            self._wait()
            found.append((time.perf_counter() - started, options))
        self.net.load_state_dict(saved)
        self.net.zero_grad(set_to_none=True)
        return self._optimizer(**min(found, key=lambda pair: pair[0])[1])

    def _wait(self):
        """A graphics card goes on by itself: a time counts once it is done."""
        if self.device.type == "cuda":
            torch.cuda.synchronize()

    def _loss(self):
        with self.autocast():
            logits = self.apply(self.images)
        return F.cross_entropy(logits.float(), self.labels, label_smoothing=self.recipe["labelSmoothing"])

    def _gradient(self):
        self.net.zero_grad(set_to_none=True)
        loss = self._loss()
        loss.backward()
        return loss

    def _update(self):
        self.optimizer.step()
        self.steps += 1
        if self.slow is not None and self.steps % self.recipe["lookahead"]["every"] == 0:
            share = 1 - self.recipe["lookahead"]["keep"]
            with torch.no_grad():
                for slow, fast in zip(self.slow.state_dict().values(), self.net.state_dict().values()):
                    if slow.is_floating_point():
                        slow.lerp_(fast, share)
                        fast.copy_(slow)

    def _sgd(self):
        loss = self._gradient().item()
        self._update()
        return loss

    def _freeze_statistics(self, frozen):
        for module in self.net.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                if frozen:
                    module.usual_momentum = module.momentum
                module.momentum = 0.0 if frozen else module.usual_momentum

    def _sam(self):
        loss = self._gradient().item()
        with torch.no_grad():
            gradients = [parameter.grad for parameter in self.parameters]
            norm = torch.stack(torch._foreach_norm(gradients)).norm()
            perturbation = torch._foreach_mul(gradients, self.recipe["rho"] / (norm + 1e-12))
            torch._foreach_add_(self.parameters, perturbation)
        self._freeze_statistics(True)
        self._gradient()
        self._freeze_statistics(False)
        with torch.no_grad():
            torch._foreach_sub_(self.parameters, perturbation)
        self._update()
        return loss

    def _evaluation(self):
        with torch.inference_mode(), self.autocast():
            return self.apply(self.images).float().sum().item()

    def time(self, work, repeats=1):
        body = {"sgd": self._sgd, "sam": self._sam, "evaluation": self._evaluation}[work]
        self.net.train(work != "evaluation")
        seconds = [self._seconds(body) for _ in range(repeats)]
        self.net.train()
        return {"seconds": seconds}

    def _seconds(self, body):
        self._wait()
        started = time.perf_counter()
        body()
        self._wait()
        return time.perf_counter() - started

    def check(self, gradients, steps, moved):
        self.setup()
        loss = self._gradient().item()
        buffers = {name: buffer for name, buffer in self.net.named_buffers() if not name.endswith("num_batches_tracked")}
        own = {name: parameter for name, parameter in self.net.named_parameters() if name in self.initial}
        zeros = lambda parameter: torch.zeros_like(parameter)
        found = {name: zeros(parameter) if parameter.grad is None else parameter.grad for name, parameter in own.items()}
        self._save({**buffers, **found}, gradients)
        for _ in range(steps):
            self._sgd()
        self._save({**buffers, **own}, moved)
        return {"loss": loss}

    def _save(self, tensors, file):
        save_file({name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}, file)

    def product(self, method="double backward", repeats=1):
        """Hessian times a vector, batch norm frozen: as PyHessian has it, the gradient with its graph, then the gradient of its product with the vector; or by hessian-eigenthings."""
        self.net.eval()
        if method == "double backward":
            vector = [torch.randn_like(parameter) for parameter in self.parameters]
            body = lambda: self._double_backward(vector)
        else:
            operator = self._operator()
            vector = torch.randn(operator.size, device=self.device)
            body = lambda: operator.matvec(vector)
        return {"seconds": [self._seconds(body) for _ in range(repeats)]}

    def _double_backward(self, vector):
        gradient = torch.autograd.grad(self._loss(), self.parameters, create_graph=True)
        torch.autograd.grad(gradient, self.parameters, grad_outputs=vector)

    def _operator(self):
        from hessian_eigenthings.operators.hessian import HessianOperator

        if self.operator is None:
            self.operator = HessianOperator(self.net, [(self.images, self.labels)], lambda net, batch: F.cross_entropy(net(batch[0]), batch[1]))
        return self.operator

    def memory(self):
        with open("/proc/self/status") as status:
            peak = next(line for line in status if line.startswith("VmHWM"))
        return {"bytes": int(peak.split()[1]) * 1024}

    def ceiling(self, precision, size, repeats, card=False):
        dtype, device = getattr(torch, precision), torch.device("cuda" if card else "cpu")
        self.device = device
        a, b = torch.randn(size, size, device=device).to(dtype), torch.randn(size, size, device=device).to(dtype)
        return {"seconds": [self._seconds(lambda: a @ b) for _ in range(repeats + 1)][1:]}


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
