"""What the numbers are measured on, and how quiet it is."""

from __future__ import annotations

import os
import platform
import time
from pathlib import Path
from typing import Any

BUSY = 0.10
"""Share of the processors in other hands from which the table says that its numbers are suspect."""


def machine() -> dict[str, Any]:
    """Processor, cores, system, interpreter, load."""
    model = platform.processor() or platform.machine()
    cpu_info = Path("/proc/cpuinfo")
    if cpu_info.exists():
        names = [line for line in cpu_info.read_text().splitlines() if line.startswith("model name")]
        model = names[0].split(":", 1)[1].strip() if names else model
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "load_average": os.getloadavg(),
    }


def busy_share(seconds: float = 0.25) -> float | None:
    """Share of all processors in use during a short rest; none where the kernel does not tell."""
    before = _ticks()
    if before is None:
        return None
    time.sleep(seconds)
    after = _ticks()
    assert after is not None
    total = sum(after) - sum(before)
    # Fields of /proc/stat: user, nice, system, idle, iowait, ...
    idle = sum(after[3:5]) - sum(before[3:5])
    return 1 - idle / total if total else 0.0


def _ticks() -> list[int] | None:
    stat = Path("/proc/stat")
    return (
        [int(field) for field in stat.read_text().split("\n", 1)[0].split()[1:9]] if stat.exists() else None
    )
