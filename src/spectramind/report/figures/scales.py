"""What the axes of several figures share."""

from __future__ import annotations

from spectramind.report.figure import Axis

PPM = 1e6
DEPTH_STEP = 0.1
"""ppm, to which depths are kept in the page: far below any sigma."""

WAVELENGTH = Axis("wavelength", "µm", cut=(0.9, 1.9))
"""FGS1 stands apart at the left, not to scale."""
HOURS = Axis("time since the start of the visit", "h")
