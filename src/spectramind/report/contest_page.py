"""Models beside each other: one table in Markdown, one figure on paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from spectramind.errors import ConfigurationError
from spectramind.submission.accuracy import Accuracy
from spectramind.submission.score import CHANNEL_WEIGHTS
from spectramind.survey.instruments import N_AIRS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_HEADER = (
    "model", "score", "to the first", "FGS1 / AIRS", "rms FGS1 / AIRS, ppm",
    "median FGS1 / AIRS, ppm", "mean z²", "coverage 68 / 90 / 95, %", "learnt numbers",
    "training, min", "prediction, ms",
)  # fmt: skip
_COLOURS = ("#1f5fa8", "#b4540a", "#2f7d5b", "#8a3f9e", "#8a6d00", "#a33457")


@dataclass(frozen=True)
class ContestRow:
    """One model on the planets of one survey.

    numbers        learnt numbers of the model
    train_minutes  of training, products apart that it shares with a model before it
    predict_ms     a planet, from light curves to calibrated spectrum, products apart that it shares
                   with a model before it; None out of fold
    gain, gain_error  mean difference of the score to the first model, planet by planet, and its
                   standard error; the score is not clipped here
    """

    contestant: str
    survey: str
    planets: int
    fallbacks: int
    accuracy: Accuracy
    numbers: int
    train_minutes: float
    predict_ms: float | None
    gain: float = 0.0
    gain_error: float = 0.0

    def flat(self) -> dict[str, Any]:
        """Columns of the table, those of the accuracy among them."""
        columns: dict[str, Any] = {}
        for name, value in asdict(self).items():
            columns |= value if name == "accuracy" else {name: value}
        return columns


def _score(judged: Accuracy) -> str:
    """The official score; beside one that is clipped what it was before, as the difference is."""
    weight, total = CHANNEL_WEIGHTS[0], CHANNEL_WEIGHTS.sum()
    unclipped = (weight * judged.fgs1 + N_AIRS * judged.airs) / total
    clipped = abs(unclipped - judged.score) > 5e-5
    return f"{judged.score:.4f} ({unclipped:+.4f})" if clipped else f"{judged.score:.4f}"


def _cells(row: ContestRow) -> tuple[str, ...]:
    judged = row.accuracy
    return (
        row.contestant,
        _score(judged),
        f"{row.gain:+.4f} ± {row.gain_error:.4f}",
        f"{judged.fgs1:.3f} / {judged.airs:.3f}",
        f"{judged.rms_fgs1:.0f} / {judged.rms_airs:.0f}",
        f"{judged.median_fgs1:.0f} / {judged.median_airs:.0f}",
        f"{judged.mean_z2:.2f}",
        f"{judged.coverage_68:.1f} / {judged.coverage_90:.1f} / {judged.coverage_95:.1f}",
        f"{row.numbers:,}",
        f"{row.train_minutes:.1f}",
        "" if row.predict_ms is None else f"{row.predict_ms:.0f}",
    )


def surveys_of(rows: Sequence[ContestRow]) -> list[str]:
    """Labels of the surveys in the order in which they appear."""
    return list(dict.fromkeys(row.survey for row in rows))


def contest_markdown(rows: Sequence[ContestRow]) -> str:
    """A table for each survey, a row for each model."""
    parts = []
    for survey in surveys_of(rows):
        mine = [row for row in rows if row.survey == survey]
        lines = [_HEADER, ("---",) * len(_HEADER), *(_cells(row) for row in mine)]
        table = "\n".join("| " + " | ".join(line) + " |" for line in lines)
        parts.append(f"## {survey} ({mine[0].planets} planets)\n\n{table}\n")
    return "\n".join(parts)


def draw_contest(rows: Sequence[ContestRow]) -> Figure:
    """Official score of every model, a bar for each survey.

    Raises
    ------
    ConfigurationError : matplotlib is not installed
    """
    try:
        from matplotlib.figure import Figure as NewFigure
    except ImportError as error:
        text = "the figure of models needs matplotlib: pip install matplotlib"
        raise ConfigurationError(text) from error
    models, surveys = list(dict.fromkeys(row.contestant for row in rows)), surveys_of(rows)
    figure = NewFigure(figsize=(8.0, 1.2 + 0.5 * len(models)), layout="constrained")
    axes = figure.subplots()
    height = 0.8 / len(surveys)
    for number, survey in enumerate(surveys):
        mine = [row for row in rows if row.survey == survey]
        places = [models.index(row.contestant) + number * height for row in mine]
        scores = [row.accuracy.score for row in mine]
        colour = _COLOURS[number % len(_COLOURS)]
        bars = axes.barh(places, scores, 0.9 * height, color=colour, label=survey)
        axes.bar_label(bars, fmt="%.3f", fontsize="x-small", padding=2)
    middle = 0.5 * (len(surveys) - 1) * height
    axes.set_yticks([place + middle for place in range(len(models))], models)
    axes.invert_yaxis()
    axes.set(xlabel="official score", xlim=(0.0, 1.0))
    axes.legend(fontsize="x-small", frameon=False, loc="lower right")
    return figure
