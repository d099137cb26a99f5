"""Learns how likely an answer is to be right by what speaks for it: boosted trees as src/completion/boostedTrees.ts asks them.

    python training/confidence.py --outcomes outcomes.jsonl --out trees.json

Each line of the outcomes has `source`, `exact` and `features`, which names numbers. The result has the `trees`, and the
`chances` of the outcomes in their order, each by trees that have seen nothing of its source.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier

DEPTH = 3
PARTS = 8  # of the sources, each judged by trees that were grown on the others
SETTINGS = dict(
    n_estimators=250, max_depth=DEPTH, learning_rate=0.06, subsample=0.5, min_samples_leaf=30, random_state=1
)


def grown(features: np.ndarray, exact: np.ndarray) -> GradientBoostingClassifier:
    """features [outcomes, features], exact [outcomes] of 0 and 1."""
    return GradientBoostingClassifier(**SETTINGS).fit(features, exact)


def crossed_chances(features: np.ndarray, exact: np.ndarray, sources: list[str]) -> np.ndarray:
    names = sorted(set(sources))
    part = np.array([names.index(source) % PARTS for source in sources])
    chances = np.zeros(len(exact))
    for one in set(part):
        chances[part == one] = grown(features[part != one], exact[part != one]).predict_proba(features[part == one])[:, 1]
    return chances


def row_of(tree, rate: float) -> list[float]:
    """A tree of scikit-learn as a whole one of `DEPTH` levels: feature and bound of each inner node, then the leaves."""
    nodes, leaves = [], []

    def walk(node: int, level: int) -> list[tuple]:
        is_leaf = tree.children_left[node] < 0
        if level == DEPTH:
            leaves.append(round(float(tree.value[node][0][0]) * rate, 4))
            return []
        asked = (0, 0.0) if is_leaf else (int(tree.feature[node]), float(f"{tree.threshold[node]:.6g}"))
        left, right = (node, node) if is_leaf else (tree.children_left[node], tree.children_right[node])
        return [(level, asked), *walk(left, level + 1), *walk(right, level + 1)]

    asked = walk(0, 0)
    for level in range(DEPTH):
        nodes += [number for at, question in asked if at == level for number in question]
    return nodes + leaves


def boosted_trees(model: GradientBoostingClassifier, names: list[str]) -> dict:
    share = model.init_.class_prior_[1]
    trees = [row_of(tree.tree_, model.learning_rate) for tree in model.estimators_[:, 0]]
    return {"features": names, "start": round(float(np.log(share / (1 - share))), 4), "trees": trees}


def log_odds(trees: dict, features: np.ndarray) -> float:
    """What the trees say of the features of one answer; the reference of `logOddsBy`."""
    odds, inner = trees["start"], 2**DEPTH - 1
    for row in trees["trees"]:
        node = 0
        while node < inner:
            node = 2 * node + 1 + int(features[int(row[2 * node])] > row[2 * node + 1])
        odds += row[inner + node]
    return odds


def area(exact: np.ndarray, sureness: np.ndarray) -> float:
    """Mean precision over all shares that are shown, the surest first."""
    right = exact[np.argsort(-sureness, kind="stable")]
    return float(np.mean(np.cumsum(right) / np.arange(1, len(right) + 1)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--outcomes", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    outcomes = [json.loads(line) for line in arguments.outcomes.read_text().splitlines()]
    names = list(outcomes[0]["features"])
    features = np.array([[outcome["features"][name] for name in names] for outcome in outcomes], float)
    exact = np.array([int(outcome["exact"]) for outcome in outcomes])
    chances = crossed_chances(features, exact, [outcome["source"] for outcome in outcomes])
    trees = boosted_trees(grown(features, exact), names)
    arguments.out.write_text(json.dumps({"trees": trees, "chances": [round(float(chance), 5) for chance in chances]}))
    alone = area(exact, features[:, names.index("sureness")])
    print(f"{len(exact)} answers, {exact.mean():.1%} right; area {alone:.3f} by sureness, {area(exact, chances):.3f} by trees")


if __name__ == "__main__":
    main()
