"""Reference of the products: dimensions, units and attributes of files that were just made."""

from __future__ import annotations

import tempfile
from pathlib import Path

import xarray as xr

from spectramind.conf.compose import compose
from spectramind.pipeline.predict import predict
from spectramind.pipeline.simulate import simulate
from spectramind.provenance.run import open_run

_TABLE = ["| variable | dimensions | type | unit | what |", "|---|---|---|---|---|"]


def _silent(*_: int) -> None:
    pass


def _made(folder: Path) -> dict[str, Path]:
    """Light curves, fit and predictions of one simulated planet."""
    own = [f"paths.logs={folder}/logs", f"paths.outputs={folder}/outputs"]
    own += ["runtime.executor=serial", "sim.train=2", "sim.test=1", "sim.level=light_curves"]
    survey = folder / "survey"
    simulate(compose([*own, f"paths.out={survey}"]), _silent)
    config = compose([*own, f"paths.input={survey}", f"paths.out={folder}/out"])
    with open_run("predict", config, ()) as run:
        predict(config, run, _silent)
    return {
        "Light curves: `reduced/<split>/<planet>_<visit>.nc`": next(
            survey.rglob("reduced/test/*.nc")
        ),
        "Transit fit: `fit/<split>/<planet>.nc`": next(folder.rglob("fit/test/*.nc")),
        "Predictions: `predictions.nc`": folder / "out" / "predictions.nc",
    }


def _schema(path: Path) -> list[str]:
    with xr.open_dataset(path, engine="h5netcdf") as product:
        sizes = ", ".join(f"{name} {size}" for name, size in product.sizes.items())
        lines = [f"Dimensions in this example: {sizes}.", "", *_TABLE]
        for name, array in product.variables.items():
            unit = array.attrs.get("units", "")
            text = str(array.attrs.get("long_name", array.attrs.get("description", "")))
            dims = ", ".join(array.dims) or "-"
            lines.append(f"| `{name}` | {dims} | {array.dtype} | {unit} | {text} |")
        names = ", ".join(f"`{name}`" for name in sorted(product.attrs))
    return [*lines, "", f"Attributes: {names}.", ""]


def product_page() -> str:
    """Markdown: one section a product."""
    lines = ["# Products", "", "netCDF files as they were made when this page was built.", ""]
    with tempfile.TemporaryDirectory() as folder:
        for title, path in _made(Path(folder)).items():
            lines += [f"## {title}", "", *_schema(path)]
    return "\n".join(lines)
