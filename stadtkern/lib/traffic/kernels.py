"""Compiled: shortest paths from every origin, and their load onto the links."""

import numpy as np

from ..compiled import compiled


@compiled
def paths(first, link_of, head, cost, origin, through, dist, into, heap_node, heap_cost):  # type: ignore[no-untyped-def]
    """Dijkstra from one node: `dist` and the link `into` each node. Nodes below `through` are only ends of trips."""
    dist[:] = np.inf
    into[:] = -1
    dist[origin] = 0.0
    size = 1
    heap_node[0], heap_cost[0] = origin, 0.0
    while size:
        node, reached = heap_node[0], heap_cost[0]
        size -= 1
        last_node, last_cost = heap_node[size], heap_cost[size]
        at = 0
        while True:
            child = 2 * at + 1
            if child >= size:
                break
            if child + 1 < size and heap_cost[child + 1] < heap_cost[child]:
                child += 1
            if heap_cost[child] >= last_cost:
                break
            heap_node[at], heap_cost[at] = heap_node[child], heap_cost[child]
            at = child
        heap_node[at], heap_cost[at] = last_node, last_cost
        if reached > dist[node] or (node < through and node != origin):
            continue
        for arc in range(first[node], first[node + 1]):
            link = link_of[arc]
            found = reached + cost[link]
            to = head[link]
            if found < dist[to]:
                dist[to] = found
                into[to] = link
                at = size
                size += 1
                while at:
                    above = (at - 1) // 2
                    if heap_cost[above] <= found:
                        break
                    heap_node[at], heap_cost[at] = heap_node[above], heap_cost[above]
                    at = above
                heap_node[at], heap_cost[at] = to, found


@compiled
def load(first, link_of, tail, head, cost, through, trip_first, origins, goals, amounts):  # type: ignore[no-untyped-def]
    """All trips on their shortest paths: flow of each link, sum of time, amount that has no way."""
    nodes, links = len(first) - 1, len(head)
    flow = np.zeros(links)
    dist, into = np.empty(nodes), np.empty(nodes, np.int64)
    heap_node, heap_cost = np.empty(links + 1, np.int64), np.empty(links + 1)
    total, lost = 0.0, 0.0
    for one in range(len(origins)):
        paths(first, link_of, head, cost, origins[one], through, dist, into, heap_node, heap_cost)
        for trip in range(trip_first[one], trip_first[one + 1]):
            node = goals[trip]
            if node == origins[one]:
                continue
            if into[node] < 0:
                lost += amounts[trip]
                continue
            total += amounts[trip] * dist[node]
            while node != origins[one]:
                link = into[node]
                flow[link] += amounts[trip]
                node = tail[link]
    return flow, total, lost
