"""The compiled part of the street graph: shortest ways from many seeds, nearest edge. Times are whole milliseconds."""

import numpy as np
from numpy.typing import NDArray

from stadtkern.lib.compiled import compiled

Ints = NDArray[np.int32]
Floats = NDArray[np.float32]
FAR = 2_000_000_000  # never reached


@compiled
def push(heap, size, key):  # type: ignore[no-untyped-def]
    at = size
    while at > 0:
        up = (at - 1) >> 1
        if heap[up] <= key:
            break
        heap[at] = heap[up]
        at = up
    heap[at] = key
    return size + 1


@compiled
def pop(heap, size):  # type: ignore[no-untyped-def]
    """Take the least key out; what is left is one shorter."""
    size -= 1
    key = heap[size]
    at = 0
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        if child + 1 < size and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= key:
            break
        heap[at] = heap[child]
        at = child
    heap[at] = key
    return size


@compiled
def better(node, ms, way_m, seed, arc, limit, graph, state, heap, size, touched, count):  # type: ignore[no-untyped-def]
    """Note a better label of a node; returns how long the heap is and how many nodes were touched."""
    best, metres, source, parent = state
    if ms > limit or ms >= best[node]:
        return size, count
    if best[node] == FAR:
        touched[count] = node
        count += 1
    best[node] = ms
    metres[node] = way_m
    source[node] = seed
    parent[node] = arc
    return push(heap, size, (np.int64(ms) << 32) | node), count


@compiled
def search(graph, cost, shut, bit, back, seeds, limit, goal, state, heap, touched):  # type: ignore[no-untyped-def]
    """Dijkstra from places on edges; `back` searches towards them. Returns how many nodes were touched.

    `cost` is by directed edge (2e from its first to its last node, 2e+1 back; -1 is forbidden). Stops when `goal` is settled.
    """
    first, to, way, edge_m, tail, head = graph
    edge, along, start, start_m = seeds
    size = 0
    count = 0
    for seed in range(len(edge)):
        e = edge[seed]
        if e < 0:
            continue
        for end in range(2):  # 0: the edge's first node
            node = tail[e] if end == 0 else head[e]
            share = along[seed] if end == 0 else 1.0 - along[seed]
            out = 2 * e + (1 if end == 0 else 0)
            price = cost[out ^ 1] if back else cost[out]
            if price >= 0 and not shut[node] & bit:
                ms = start[seed] + np.int32(price * share + 0.5)
                size, count = better(
                    node, ms, start_m[seed] + edge_m[e] * share, seed, -1, limit, graph, state, heap, size, touched, count
                )
    best, metres, source, _parent = state
    while size > 0:
        key = heap[0]
        size = pop(heap, size)
        ms = np.int32(key >> 32)
        node = np.int32(key & 0x7FFFFFFF)
        if ms > best[node]:
            continue
        if node == goal:
            break
        for arc in range(first[node], first[node + 1]):
            w = way[arc]
            price = cost[w ^ 1] if back else cost[w]
            if price < 0:
                continue
            other = to[arc]
            after = ms + price
            if after <= limit and after < best[other] and not shut[other] & bit:
                size, count = better(
                    other,
                    after,
                    metres[node] + edge_m[w >> 1],
                    source[node],
                    w,
                    limit,
                    graph,
                    state,
                    heap,
                    size,
                    touched,
                    count,
                )
    return count


@compiled
def label(graph, cost, back, seeds, points, limit, state, queue, after):  # type: ignore[no-untyped-def]
    """The labels of places on edges after a search: milliseconds (FAR: not reached), metres and the seed they come from."""
    _first, _to, _way, edge_m, tail, head = graph
    edge, along, start, start_m = seeds
    best, metres, source, _parent = state
    many = len(points[0])
    ms = np.full(many, FAR, np.int32)
    far = np.zeros(many, np.float32)
    which = np.full(many, -1, np.int32)
    for seed in range(len(edge)):  # seeds of an edge, as a chain
        if edge[seed] >= 0:
            after[seed] = queue[edge[seed]]
            queue[edge[seed]] = seed
    for point in range(many):
        e = points[0][point]
        if e < 0:
            continue
        share = points[1][point]
        for end in range(2):
            node = tail[e] if end == 0 else head[e]
            part = share if end == 0 else 1.0 - share
            inward = 2 * e + (0 if end == 0 else 1)
            price = cost[inward ^ 1] if back else cost[inward]
            if price < 0 or best[node] == FAR:
                continue
            whole = best[node] + np.int32(price * part + 0.5)
            if whole <= limit and whole < ms[point]:
                ms[point] = whole
                far[point] = metres[node] + edge_m[e] * part
                which[point] = source[node]
        seed = queue[e]
        while seed >= 0:
            gap = share - along[seed]
            inward = 2 * e if gap >= 0 else 2 * e + 1
            price = cost[inward ^ 1] if back else cost[inward]
            if gap == 0:
                price = 0
            if price >= 0:
                whole = start[seed] + np.int32(price * abs(gap) + 0.5)
                if whole <= limit and whole < ms[point]:
                    ms[point] = whole
                    far[point] = start_m[seed] + edge_m[e] * abs(gap)
                    which[point] = seed
            seed = after[seed]
    for seed in range(len(edge)):
        if edge[seed] >= 0:
            queue[edge[seed]] = -1
    return ms, far, which


@compiled
def harvest(count, state, touched):  # type: ignore[no-untyped-def]
    """The touched nodes with their labels; the table is clean afterwards."""
    best, metres, source, parent = state
    nodes = touched[:count].copy()
    ms = best[nodes]
    far = metres[nodes]
    which = source[nodes]
    arcs = parent[nodes]
    best[nodes] = FAR
    return nodes, ms, far, which, arcs


@compiled
def wipe(count, state, touched):  # type: ignore[no-untyped-def]
    best = state[0]
    for at in range(count):
        best[touched[at]] = FAR


@compiled
def nearest(lat, long, radius, shape, grid, allowed):  # type: ignore[no-untyped-def]
    """For each point the nearest allowed edge within `radius` metres: edge (-1: none), share along it, metres to it."""
    y, x, along_m, segment_edge, segment_at, edge_m = shape
    south, west, size_lat, size_long, rows, columns, cell_first, cell_segments, per_lat = grid
    many = len(lat)
    edge = np.full(many, -1, np.int32)
    share = np.zeros(many, np.float32)
    off = np.zeros(many, np.float32)
    for point in range(many):
        per_long = per_lat * max(0.01, np.cos(np.radians(lat[point])))
        closest = radius
        row = int(np.floor((lat[point] - south) / size_lat))
        column = int(np.floor((long[point] - west) / size_long))
        reach = int(np.ceil(radius / (min(size_lat * per_lat, size_long * per_long)))) + 1
        for ring in range(min(reach, rows + columns) + 1):
            if ring > 0 and (ring - 1) * min(size_lat * per_lat, size_long * per_long) > closest:
                break
            for r in range(max(0, row - ring), min(rows - 1, row + ring) + 1):
                for c in range(max(0, column - ring), min(columns - 1, column + ring) + 1):
                    if max(abs(r - row), abs(c - column)) != ring:
                        continue
                    for at in range(cell_first[r * columns + c], cell_first[r * columns + c + 1]):
                        segment = cell_segments[at]
                        e = segment_edge[segment]
                        if not allowed[e]:
                            continue
                        i = segment_at[segment]
                        ax = (x[i] * 1e-7 - long[point]) * per_long
                        ay = (y[i] * 1e-7 - lat[point]) * per_lat
                        dx = (x[i + 1] - x[i]) * 1e-7 * per_long
                        dy = (y[i + 1] - y[i]) * 1e-7 * per_lat
                        length = dx * dx + dy * dy
                        t = 0.0 if length == 0 else min(1.0, max(0.0, -(ax * dx + ay * dy) / length))
                        gap = np.hypot(ax + t * dx, ay + t * dy)
                        if gap < closest:
                            closest = gap
                            edge[point] = e
                            off[point] = gap
                            here = along_m[i] + t * (along_m[i + 1] - along_m[i])
                            share[point] = 0.0 if edge_m[e] <= 0 else min(1.0, here / edge_m[e])
    return edge, share, off
