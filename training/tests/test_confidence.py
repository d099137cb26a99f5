"""Tests of learnt confidence: what is exported says what was grown, and what is likely is told from what is not."""

import sys
import unittest
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from confidence import DEPTH, area, boosted_trees, crossed_chances, grown, log_odds

NAMES = ["sum", "tokens", "column"]


def outcomes(count: int) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Answers that are likelier right the larger their sum is, but for those of many tokens."""
    random = np.random.default_rng(3)
    features = np.column_stack([-random.exponential(2, count), random.integers(1, 20, count), random.integers(0, 9, count)])
    likely = 1 / (1 + np.exp(-(3 + features[:, 0] * 2 - 4 * (features[:, 1] > 12))))
    return features.astype(float), (random.random(count) < likely).astype(int), [f"source{i % 11}" for i in range(count)]


class Confidence(unittest.TestCase):
    def test_the_exported_trees_say_what_was_grown(self):
        features, exact, _ = outcomes(1200)
        model = grown(features, exact)
        trees = boosted_trees(model, NAMES)
        self.assertTrue(all(len(row) == 2 * (2**DEPTH - 1) + 2**DEPTH for row in trees["trees"]))
        said = [log_odds(trees, row) for row in features[:300]]
        np.testing.assert_allclose(said, model.decision_function(features[:300]), atol=0.02)

    def test_a_source_is_judged_by_trees_that_have_not_seen_it(self):
        features, exact, sources = outcomes(1500)
        chances = crossed_chances(features, exact, sources)
        self.assertGreater(area(exact, chances), area(exact, features[:, 0]) + 0.02)
        noise = np.random.default_rng(4).integers(0, 2, len(exact))
        self.assertLess(area(noise, crossed_chances(features, noise, sources)), 0.56)


if __name__ == "__main__":
    unittest.main()
