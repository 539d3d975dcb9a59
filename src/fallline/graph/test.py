"""`tf.test`: which device there is."""

import jax

__all__ = ["gpu_device_name", "is_built_with_cuda", "is_gpu_available"]


def is_gpu_available(cuda_only: bool = False, min_cuda_compute_capability: object = None) -> bool:
    """Whether JAX computes on a GPU."""
    del cuda_only, min_cuda_compute_capability
    return jax.default_backend() == "gpu"


def gpu_device_name() -> str:
    """TensorFlow's name of the first GPU; empty without one."""
    return "/device:GPU:0" if is_gpu_available() else ""


def is_built_with_cuda() -> bool:
    """Whether JAX computes on a GPU."""
    return is_gpu_available()
