"""Which node feeds a socket, through reroutes, groups in groups and muted nodes."""

from __future__ import annotations

from dataclasses import dataclass

import bpy

Scope = tuple[bpy.types.Node, ...]
"""The group nodes that one is in, the outermost first."""


class Unreadable(Exception):
    """What a node tree says cannot be told without a renderer."""


@dataclass(frozen=True)
class Source:
    """What an input is fed by."""

    scope: Scope
    output: bpy.types.NodeSocket | None = None
    """Of a node that computes something."""
    value: bpy.types.NodeSocket | None = None
    """An input whose own value counts. Both None: nothing comes, which is black or no shader at all."""


def source_of(socket: bpy.types.NodeSocket, scope: Scope) -> Source:
    """What feeds the input `socket` of a node within `scope`."""
    while True:
        link = next((link for link in socket.links if link.is_valid and not link.is_muted), None)
        if link is None:
            return Source(scope, value=socket)
        found = _through(link.from_socket, scope)
        if isinstance(found, Source):
            return found
        socket, scope = found


def _through(output: bpy.types.NodeSocket, scope: Scope) -> Source | tuple[bpy.types.NodeSocket, Scope]:
    """The node behind `output`, or the input where one has to look on."""
    node = output.node
    if node.mute:
        inner = next((link.from_socket for link in node.internal_links if link.to_socket == output), None)
        return Source(scope) if inner is None else (inner, scope)
    if node.type == "REROUTE":
        return node.inputs[0], scope
    if node.type == "GROUP_INPUT":
        outside = _same(scope[-1].inputs, output) if scope else None
        return Source(scope) if outside is None else (outside, scope[:-1])
    if node.type == "GROUP" and node.node_tree is not None:
        end = _group_output(node.node_tree)
        inside = _same(end.inputs, output) if end is not None else None
        return Source(scope) if inside is None else (inside, (*scope, node))
    return Source(scope, output=output)


def _group_output(tree: bpy.types.NodeTree) -> bpy.types.Node | None:
    ends = [node for node in tree.nodes if node.type == "GROUP_OUTPUT"]
    return next((node for node in ends if node.is_active_output), ends[0] if ends else None)


def _same(sockets: bpy.types.NodeInputs, socket: bpy.types.NodeSocket) -> bpy.types.NodeSocket | None:
    return next((other for other in sockets if other.identifier == socket.identifier), None)
