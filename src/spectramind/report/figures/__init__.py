"""The figures of the report and the dashboard, from arrays alone.

Each function returns a `report.figure.Figure`; `report.matplotlib_figure.draw` puts it on paper.
"""

from spectramind.report.figures.calibration import (
    calibration_figures,
    crps_figure,
    probability_figure,
    reliability_figure,
)
from spectramind.report.figures.channels import (
    channel_coverage_figure,
    channel_error_figure,
    channel_sigma_figure,
)
from spectramind.report.figures.detector import centroid_figure, foreground_figure
from spectramind.report.figures.light_curve import light_curve_figures
from spectramind.report.figures.populations import error_against_figures, sigma_depth_figure
from spectramind.report.figures.residuals import (
    planet_map_figure,
    residual_heat_figure,
    residual_power_figure,
)
from spectramind.report.figures.spectrum import (
    error_figure,
    phase_figure,
    spectrum_figure,
    violation_figure,
)
from spectramind.report.figures.training import (
    graph_figures,
    shake_up_figure,
    strongest_edges,
    training_figures,
)

__all__ = [
    "calibration_figures",
    "centroid_figure",
    "channel_coverage_figure",
    "channel_error_figure",
    "channel_sigma_figure",
    "crps_figure",
    "error_against_figures",
    "error_figure",
    "foreground_figure",
    "graph_figures",
    "light_curve_figures",
    "phase_figure",
    "planet_map_figure",
    "probability_figure",
    "reliability_figure",
    "residual_heat_figure",
    "residual_power_figure",
    "shake_up_figure",
    "sigma_depth_figure",
    "spectrum_figure",
    "strongest_edges",
    "training_figures",
    "violation_figure",
]
