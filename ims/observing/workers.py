"""Metrics of the worker processes: memory, processor time and open files, one series for each."""

import os
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import REGISTRY, Collector

# The directory in which the workers of one server write, if there are several (gunicorn.conf.py).
FOLDER = "PROMETHEUS_MULTIPROC_DIR"


def metrics_registry() -> Collector:
    """The registry to read: this process's own, or one that adds up all workers."""
    folder = os.environ.get(FOLDER)
    if not folder:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry, folder)
    registry.register(WorkerCollector(Path(folder)))
    return registry


class WorkerCollector(Collector):
    """The system's data about every live worker, with its process id."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def collect(self) -> Iterable[Metric]:
        found: dict[str, Metric] = {}
        for pid in self._live_gauge_files():
            for metric in ProcessCollector(pid=partial(str, pid), registry=None).collect():
                family = found.setdefault(metric.name, Metric(metric.name, metric.documentation, metric.type))
                for sample in metric.samples:
                    family.add_sample(sample.name, {**sample.labels, "pid": pid}, sample.value)
        return found.values()

    def _live_gauge_files(self) -> list[str]:
        """The gauge files of live workers, which are removed with their worker."""
        return sorted(path.stem.rpartition("_")[2] for path in self.folder.glob("gauge_livesum_*.db"))
