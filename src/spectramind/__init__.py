"""SpectraMind V50: raw Ariel detector frames in, calibrated transmission spectra out."""

__version__ = "0.1.0"

__all__ = ["__version__"]
