"""Least squares under equations and inequalities, by Lawson and Hanson's reduction to NNLS."""

from __future__ import annotations

import numpy as np

from filmcomposer_core.tempo.hits import Array

_RANK: float = 1e-9


def least_squares(
    rows: Array, right: Array, *, equal: Array, goal: Array, above: Array, least: Array
) -> Array | None:
    """Minimise ``|rows x - right|`` where ``equal x = goal`` and ``above x >= least``.

    Parameters
    ----------
    rows : ndarray, shape (m, n), of full column rank
    right : ndarray, shape (m,)
    equal : ndarray, shape (k, n)
    goal : ndarray, shape (k,)
    above : ndarray, shape (j, n)
    least : ndarray, shape (j,)

    Returns
    -------
    ndarray, shape (n,), or None
        None where equations and inequalities contradict each other.
    """
    base, free = np.zeros(rows.shape[1]), np.eye(rows.shape[1])
    if len(goal):
        left, size, turned = np.linalg.svd(equal, full_matrices=True)
        rank = int(np.count_nonzero(size > _RANK * max(size[0], 1e-300)))
        base = turned[:rank].T @ ((left.T @ goal)[:rank] / size[:rank])
        if np.abs(equal @ base - goal).max() > 1e-9:
            return None
        free = turned[rank:].T
    if free.shape[1] == 0:
        return base if np.all(above @ base >= least - 1e-9) else None
    q, r = np.linalg.qr(rows @ free)
    middle = q.T @ (right - rows @ base)
    # u = r y - middle is the shortest vector that keeps the inequalities.
    reach = np.linalg.solve(r.T, (above @ free).T).T
    short = least - above @ base - reach @ middle
    if np.all(short <= 0.0):
        return base + free @ np.linalg.solve(r, middle)
    nearest = _shortest(reach, short)
    if nearest is None:
        return None
    return base + free @ np.linalg.solve(r, nearest + middle)


def _shortest(rows: Array, least: Array) -> Array | None:
    """Return the shortest vector u with ``rows u >= least``, or None if there is none."""
    from scipy.optimize import nnls

    # Rows of one length, so that the residual measures distance alike for all.
    length = np.maximum(np.linalg.norm(rows, axis=1), 1e-300)
    system = np.vstack(((rows / length[:, np.newaxis]).T, least / length))
    side = np.zeros(len(system))
    side[-1] = 1.0
    weight, rest = nnls(system, side, maxiter=50 * system.shape[1])
    residual = system @ weight - side
    if rest < 1e-8 or residual[-1] > -1e-15:
        return None
    return np.asarray(-residual[:-1] / residual[-1])
