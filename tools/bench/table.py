"""Markdown from medians."""

from statistics import median


def figures(rounds):
    """Medians over the rounds of one server in one row."""
    return {
        "throughput": median(one["throughput"] for one in rounds),
        "p99": median(one["latencyMicroseconds"]["p99"] for one in rounds),
        "cpu": median(one["serverCPUMicrosecondsPerOperation"] for one in rounds),
        "errors": sum(sum(one["errors"].values()) for one in rounds),
    }


def load_table(results):
    """`results`: pairs of a row and, by server, its rounds."""
    lines = [
        "| | op/s Apache | op/s Aviary | ratio | p99 µs Apache | p99 µs Aviary | ratio "
        "| server CPU µs/op Apache | Aviary | ratio | target | |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|",
    ]
    for row, rounds in results:
        apache, aviary = figures(rounds["apache"]), figures(rounds["aviary"])
        ratio = {key: aviary[key] / apache[key] for key in ("throughput", "p99", "cpu")}
        lines.append(
            f"| {row.name} | {apache['throughput']:,.0f} | {aviary['throughput']:,.0f} | {ratio['throughput']:.2f} "
            f"| {apache['p99']:,.0f} | {aviary['p99']:,.0f} | {ratio['p99']:.2f} "
            f"| {apache['cpu']:.2f} | {aviary['cpu']:.2f} | {ratio['cpu']:.2f} "
            f"| {'≤ %.2f' % row.cpu_target if row.cpu_target else ''} | {verdict(row, ratio, apache, aviary)} |")
    return "\n".join(lines)


def verdict(row, ratio, apache, aviary):
    missed = []
    if row.cpu_target and ratio["cpu"] > row.cpu_target:
        missed.append("CPU")
    if ratio["throughput"] < 1:
        missed.append("throughput")
    if ratio["p99"] > 1:
        missed.append("p99")
    for name, one in (("Apache", apache), ("Aviary", aviary)):
        if one["errors"]:
            missed.append(f"{one['errors']} errors of {name}")
    return "missed: " + ", ".join(missed) if missed else "met"


def memory_table(memory, target_mib):
    def mib(count):
        return f"{count / 1024 ** 2:,.0f} MiB"

    lines = ["| memory (RSS) | Apache | Aviary | ratio | target | |", "|---|--:|--:|--:|--:|---|"]
    for name, by_server in memory:
        apache, aviary = by_server["apache"], by_server["aviary"]
        target, outcome = "", ""
        if name.startswith("1,000,000 znodes"):
            target = f"≤ {target_mib} MiB"
            outcome = "met" if aviary <= target_mib * 1024 ** 2 else "missed"
        lines.append(f"| {name} | {mib(apache)} | {mib(aviary)} | {aviary / apache:.2f} | {target} | {outcome} |")
    return "\n".join(lines)
