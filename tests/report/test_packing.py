from __future__ import annotations

import base64
import zlib

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from spectramind.report.packing import PackedArray, pack

numbers = st.one_of(st.floats(-1e5, 1e5), st.just(float("nan")))


def _read(packed: PackedArray) -> np.ndarray:
    """What the page's script does, one number after the other."""
    content = zlib.decompress(base64.b64decode(packed.text), -15)
    count = len(content) // 4
    columns = packed.shape[-1]
    values, total = [], 0
    for i in range(count):
        total = 0 if i % columns == 0 else total
        code = sum(content[i + plane * count] << (8 * plane) for plane in range(4))
        if code == 0xFFFFFFFF:
            values.append(np.nan)
            continue
        total += (code >> 1) ^ -(code & 1)
        values.append(total * packed.step)
    return np.array(values).reshape(packed.shape)


@given(
    arrays.arrays(np.float64, arrays.array_shapes(min_dims=1, max_dims=2), elements=numbers),
    st.sampled_from([0.001, 0.1, 1.0]),
)
def test_arrays_come_back_to_half_a_step(values: np.ndarray, step: float) -> None:
    back = _read(pack(values, step))
    np.testing.assert_array_equal(np.isnan(back), np.isnan(values))
    good = ~np.isnan(values)
    assert np.abs(back - values)[good].max(initial=0.0) <= 0.5 * step * (1 + 1e-6)


def test_what_no_axis_can_show_is_a_gap() -> None:
    values = np.array([1.0, np.inf, 2.0, -np.inf, 1e12, 3.0])
    expected = [1.0, np.nan, 2.0, np.nan, np.nan, 3.0]
    np.testing.assert_allclose(_read(pack(values, 0.1)), expected, rtol=1e-12)


def test_a_smooth_spectrum_takes_less_than_a_byte_and_a_half_a_value() -> None:
    rng = np.random.default_rng(0)
    spectra = 15000 + 3 * rng.normal(size=(200, 283)).cumsum(axis=1)
    assert len(pack(spectra, 0.1).text) < 1.5 * spectra.size
