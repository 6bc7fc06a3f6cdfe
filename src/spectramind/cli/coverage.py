"""`spectramind coverage`: is sigma true, and where is it not."""

from __future__ import annotations

from spectramind.cli.verb import AsJson, Overrides, emit, one_line_errors

EXAMPLE = "Example: spectramind coverage +paths.out=out"


def coverage(overrides: Overrides = None, as_json: AsJson = False) -> None:
    """Coverage of calibrated predictions whose truth is known: table, and figures in coverage/."""
    with one_line_errors():
        from spectramind.conf.compose import compose
        from spectramind.pipeline.coverage import coverage as run_coverage
        from spectramind.provenance.run import open_run

        config = compose(overrides or ())
        with open_run("coverage", config, overrides or ()):
            summary = run_coverage(config)
        lines = [f"{'':24s} planets  coverage 68 / 90 / 95 %   width, ppm        mean z^2"]
        for row in summary.rows:
            shares = "  ".join(f"{100 * share:5.1f}" for share in row.coverage)
            widths = " ".join(f"{1e6 * width:5.0f}" for width in row.width)
            lines.append(
                f"{row.name:24s} {row.planets:7d}  {shares}       {widths}  {row.mean_z2:6.2f}"
            )
        spread, sampling = summary.spread
        parts = ", ".join(f"{p.name} {p.mean:.2f} ± {p.error:.2f}" for p in summary.parts)
        winkler = " / ".join(f"{value:.2f}" for value in summary.winkler)
        lines += [
            f"spread of the channels' 90 % coverage {spread:.4f}, sampling alone {sampling:.4f}",
            f"whole spectra within the 90 % band {100 * summary.band:.1f} %",
            f"mean z^2 of the parts before calibrators: {parts or 'not known'}",
            f"CRPS {1e6 * summary.crps:.2f} ppm, ENCE {summary.ence:.3f}, Winkler {winkler}",
            f"calibration {summary.calibration}",
            f"written {summary.folder}",
        ]
        emit(summary.to_json(), lines, as_json)
