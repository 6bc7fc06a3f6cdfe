"""Complete elliptic integrals by Bulirsch's descending Landen transformation.

Source: R. Bulirsch, Numerische Mathematik 13, 305 (1969): cel(kc, p, a, b).
"""

from __future__ import annotations

import math

from spectramind.jit import kernel

_TOLERANCE = 1e-8  # convergence is quadratic: the next step would change nothing in float64
_SMALLEST = 1e-34  # K diverges at kc = 0, where every caller multiplies it by zero


@kernel
def complete_integrals(kc_squared: float, p: float) -> tuple[float, float, float]:
    """K, E and Pi of complementary parameter kc^2 = 1 - m and p = 1 - n > 0.

    K = int 1/D, E = int D, Pi = int 1/((1 - n sin^2) D) over [0, pi/2], D^2 = 1 - m sin^2.
    """
    kc = math.sqrt(max(kc_squared, _SMALLEST))
    e, em = kc, 1.0
    root_p = math.sqrt(p)
    k_a, k_b = 1.0, 1.0
    e_a, e_b = 1.0, kc * kc
    p_a, p_b = 1.0, 1.0 / root_p
    p_k, p_p = 1.0, root_p
    while True:
        g = e / p_k
        k_a, k_b = k_a + k_b / p_k, 2.0 * (k_b + k_a * g)
        e_a, e_b = e_a + e_b / p_k, 2.0 * (e_b + e_a * g)
        p_k += g
        g = e / p_p
        p_a, p_b = p_a + p_b / p_p, 2.0 * (p_b + p_a * g)
        p_p += g
        last = em
        em += kc
        if abs(last - kc) <= last * _TOLERANCE:
            break
        kc = 2.0 * math.sqrt(e)
        e = kc * em
    half_pi = 0.5 * math.pi
    return (
        half_pi * (k_b + k_a * em) / (em * (em + p_k)),
        half_pi * (e_b + e_a * em) / (em * (em + p_k)),
        half_pi * (p_b + p_a * em) / (em * (em + p_p)),
    )
