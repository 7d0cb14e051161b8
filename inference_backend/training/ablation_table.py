"""Rows of an ablation as Markdown, a table for every group."""

from __future__ import annotations

from collections.abc import Sequence

FIGURES = {
    "bytes_cell": ("bytes a cell of 8x8", 0),
    "steps": ("steps", 0),
    "ms_step": ("ms a step", 0),
    "guided": ("guided", 2),
    "unguided": ("unguided", 2),
    "moved": ("moved", 2),
    "seen": ("seen", 2),
    "revisit": ("seen from here", 2),
    "unseen": ("unseen, sampled", 2),
    "unseen_refined": ("unseen, regressed", 2),
}
"""Columns in order, with their heading and decimals. PSNR in dB with the sharpness ratio beside, where there is one."""


def markdown(rows: Sequence[dict[str, object]]) -> str:
    """A table for every group, in the order in which they come; a column where any row of the group has it."""
    parts = []
    for group in dict.fromkeys(str(row["group"]) for row in rows):
        members = [row for row in rows if row["group"] == group]
        columns = [name for name in FIGURES if any(_cell(row, name) for row in members)]
        lines = [f"| {group} | {' | '.join(FIGURES[name][0] for name in columns)} |", "|---" * (len(columns) + 1) + "|"]
        for row in members:
            lines.append(f"| {row['name']} | {' | '.join(_cell(row, name) or '–' for name in columns)} |")
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _cell(row: dict[str, object], name: str) -> str:
    decimals = FIGURES[name][1]
    if name in row:
        return f"{row[name]:.{decimals}f}"
    if f"{name}_psnr" in row:
        return f"{row[f'{name}_psnr']:.{decimals}f} ({row[f'{name}_sharpness']:.2f})"
    return ""
