from __future__ import annotations

import numpy as np
import pytest

from spectramind.models.learned_graph import NEIGHBOURS, learned_graph

torch = pytest.importorskip("torch")


def test_the_graph_of_a_checkpoint_is_that_of_the_network() -> None:
    from spectramind.models.typed_graph import LearnedRelation

    torch.manual_seed(0)
    members = [LearnedRelation(40) for _ in range(2)]
    assert members[0].neighbours == NEIGHBOURS
    arrays = {
        f"member.{number}.airs.learned.{name}": value.detach().numpy()
        for number, member in enumerate(members)
        for name, value in member.state_dict().items()
    }
    expected = np.mean([member().detach().numpy() for member in members], axis=0)
    found = learned_graph({**arrays, "member.0.airs.enter.weight": np.zeros((3, 3))})
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert learned_graph({"calibration.factors": np.ones(3)}) is None
