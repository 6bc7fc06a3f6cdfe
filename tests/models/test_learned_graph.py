from __future__ import annotations

import numpy as np
import pytest

from spectramind.models.learned_graph import NEIGHBOURS, learned_graphs

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
    operators = np.arange(2 * 9.0).reshape(2, 3, 3)
    others = {
        "member.0.airs.enter.weight": np.zeros((3, 3)),
        "calibrators.relational.0.network.operators": operators,
        "calibrators.relational.1.network.operators": np.empty((0, 3, 3)),
    }
    found = learned_graphs({**arrays, **others})
    np.testing.assert_allclose(found["the network"], expected, atol=1e-6)
    mean = operators.mean(axis=0) * (1 - np.eye(3))
    np.testing.assert_allclose(found["COREL"], mean)
    assert learned_graphs({"calibrators.parts": np.ones(3)}) == {}
