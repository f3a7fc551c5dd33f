"""Markdown that is as readable in a terminal: 120 columns, a line for each server and one for their ratios."""

from figures import CPU, FIGURES, P99, THROUGHPUT, errors

#: A name, whose line it is, and the figures.
WIDTHS = [32, 6, 9, 6, 6, 8, 8, 8, 9]


def line(*cells):
    padded = [cell.ljust(width) if index < 2 else cell.rjust(width)
              for index, (cell, width) in enumerate(zip(cells, WIDTHS, strict=True))]
    return f"| {' | '.join(padded)} |"


def header():
    rule = "|".join("-" * (width + 2) if index < 2 else "-" * (width + 1) + ":" for index, width in enumerate(WIDTHS))
    return f"{line('', '', *(figure.name for figure in FIGURES))}\n|{rule}|"


def server_line(label, name, rounds):
    return line(label, name, *(figure.text(figure.value(rounds)) for figure in FIGURES))


def ratio(figure, before, after):
    """Between what the rounds of two servers come to; None where there is nothing to divide by."""
    divisor = figure.value(before)
    return figure.value(after) / divisor if divisor > 0 else None


def ratio_line(label, ratios):
    return line(label, "ratio", *("–" if one is None else f"{one:.2f}" for one in ratios))


def load_table(results):
    """`results`: pairs of a row and, by server, its rounds."""
    lines = [header()]
    for row, rounds in results:
        apache, aviary = rounds["apache"], rounds["aviary"]
        target = f"target: CPU ≤ {row.cpu_target:.2f}" if row.cpu_target else ""
        lines += [server_line(row.name, "Apache", apache), server_line(target, "Aviary", aviary),
                  ratio_line(verdict(row, apache, aviary), [ratio(figure, apache, aviary) for figure in FIGURES])]
    return "\n".join(lines)


def verdict(row, apache, aviary):
    missed = []
    if row.cpu_target and (ratio(CPU, apache, aviary) or 0) > row.cpu_target:
        missed.append("CPU")
    if THROUGHPUT.value(aviary) < THROUGHPUT.value(apache):
        missed.append("throughput")
    if P99.value(aviary) > P99.value(apache):
        missed.append("p99")
    for name, rounds in (("Apache", apache), ("Aviary", aviary)):
        if errors(rounds):
            missed.append(f"{errors(rounds)} errors of {name}")
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
