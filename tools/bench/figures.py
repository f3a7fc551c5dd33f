"""What is read off a round of the generator, and how the rounds of a row are summed up."""

from dataclasses import dataclass
from statistics import median
from typing import Callable


@dataclass(frozen=True)
class Figure:
    name: str
    of_round: Callable[[dict], float]
    digits: int
    of_rounds: Callable[[list], float] = median

    def text(self, value):
        return f"{value:,.{self.digits}f}"

    def value(self, rounds):
        return self.of_rounds([self.of_round(one) for one in rounds])

    def ratios(self, before, after):
        """Round by round; without those that have nothing to divide by."""
        pairs = [(self.of_round(one), self.of_round(other)) for one, other in zip(before, after)]
        return [other / one for one, other in pairs if one > 0]


def latency(point, digits=0):
    return Figure(f"{point} µs", lambda one: one["latencyMicroseconds"][point], digits)


def pause_ms(one):
    return one["longestPauseMicroseconds"] / 1000


THROUGHPUT = Figure("op/s", lambda one: one["throughput"], 0)
P99 = latency("p99")
CPU = Figure("CPU µs/op", lambda one: one["serverCPUMicrosecondsPerOperation"], 2)
#: In the order of the columns.
FIGURES = [THROUGHPUT, latency("p50"), P99, latency("p99.9"), Figure("pause ms", pause_ms, 1),
           Figure("worst ms", pause_ms, 1, max), CPU]


def errors(rounds):
    return sum(sum(one["errors"].values()) for one in rounds)


def short(one):
    """One round in a line for those who wait."""
    parts = [f"{figure.text(figure.of_round(one))} {figure.name}" for figure in (THROUGHPUT, P99, CPU)]
    return ", ".join(parts)
