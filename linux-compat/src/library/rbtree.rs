// SPDX-License-Identifier: GPL-2.0-only
//! Balanced trees in the driver's own structures. The parent and the colour of a node share a word.

use crate::bindings::{rb_node, rb_root};
use core::ptr::null_mut;

crate::exports! {
    family "library";
    [any, supported, "library::tests::trees_stay_balanced"]
    fn rb_insert_color(node: *mut rb_node, root: *mut rb_root) -> () = insert;
    [any, supported, "library::tests::trees_stay_balanced"]
    fn rb_erase(node: *mut rb_node, root: *mut rb_root) -> () = erase;
    [any, supported, "library::tests::trees_stay_balanced"]
    fn rb_next(node: *const rb_node) -> *mut rb_node = next;
    [any, supported, "library::tests::trees_stay_balanced"]
    fn rb_prev(node: *const rb_node) -> *mut rb_node = prev;
    [any, supported, "library::tests::trees_stay_balanced"]
    fn rb_first(root: *const rb_root) -> *mut rb_node = first;
    [any, supported, "library::tests::trees_stay_balanced"]
    fn rb_last(root: *const rb_root) -> *mut rb_node = last;
    [any, supported, "library::tests::trees_stay_balanced"]
    fn rb_replace_node(victim: *mut rb_node, fresh: *mut rb_node, root: *mut rb_root) -> () = replace;
    [any, supported, "library::tests::trees_stay_balanced"]
    fn rb_first_postorder(root: *const rb_root) -> *mut rb_node = first_postorder;
    [any, supported, "library::tests::trees_stay_balanced"]
    fn rb_next_postorder(node: *const rb_node) -> *mut rb_node = next_postorder;
}

type Node = *mut rb_node;
const BLACK: u64 = 1;
const LEFT: bool = true;

// Every function here: nodes of one tree, which nobody else changes meanwhile.

unsafe fn parent(n: Node) -> Node {
    // SAFETY: the caller's node.
    core::ptr::with_exposed_provenance_mut(unsafe { (*n).__rb_parent_color & !3 } as usize)
}

/// Nothing is black.
unsafe fn is_red(n: Node) -> bool {
    // SAFETY: null, or the caller's node.
    !n.is_null() && unsafe { (*n).__rb_parent_color } & BLACK == 0
}

unsafe fn set_parent(n: Node, parent: Node) {
    // SAFETY: the caller's node.
    unsafe { (*n).__rb_parent_color = parent.expose_provenance() as u64 | (*n).__rb_parent_color & BLACK };
}

unsafe fn paint(n: Node, red: bool) {
    // SAFETY: the caller's node.
    unsafe { (*n).__rb_parent_color = (*n).__rb_parent_color & !BLACK | if red { 0 } else { BLACK } };
}

unsafe fn child(n: Node, left: bool) -> Node {
    // SAFETY: the caller's node.
    unsafe { if left { (*n).rb_left } else { (*n).rb_right } }
}

unsafe fn set_child(n: Node, left: bool, to: Node) {
    // SAFETY: the caller's node.
    unsafe {
        if left {
            (*n).rb_left = to;
        } else {
            (*n).rb_right = to;
        }
    }
}

/// Puts `new` where `old` hangs on `parent`, which is null for the root.
unsafe fn hang(root: *mut rb_root, parent: Node, old: Node, new: Node) {
    // SAFETY: the caller's tree.
    unsafe {
        if parent.is_null() {
            (*root).rb_node = new;
        } else {
            set_child(parent, child(parent, LEFT) == old, new);
        }
    }
}

/// Turns `n` down to the side `left`; its other child comes up.
unsafe fn rotate(root: *mut rb_root, n: Node, left: bool) {
    // SAFETY: the caller's tree; there is such a child.
    unsafe {
        let up = child(n, !left);
        let middle = child(up, left);
        set_child(n, !left, middle);
        if !middle.is_null() {
            set_parent(middle, n);
        }
        hang(root, parent(n), n, up);
        set_parent(up, parent(n));
        set_child(up, left, n);
        set_parent(n, up);
    }
}

pub(super) unsafe fn insert(node: Node, root: *mut rb_root) {
    let mut n = node;
    // SAFETY: the caller's tree, with `node` linked into it.
    unsafe {
        paint(n, true);
        loop {
            let p = parent(n);
            if p.is_null() || !is_red(p) {
                break;
            }
            let g = parent(p);
            let left = child(g, LEFT) == p;
            let uncle = child(g, !left);
            if is_red(uncle) {
                paint(p, false);
                paint(uncle, false);
                paint(g, true);
                n = g;
                continue;
            }
            if child(p, !left) == n {
                rotate(root, p, left);
                n = p;
            }
            let p = parent(n);
            paint(p, false);
            paint(g, true);
            rotate(root, g, !left);
        }
        paint((*root).rb_node, false);
    }
}

pub(super) unsafe fn erase(node: Node, root: *mut rb_root) {
    // SAFETY: the caller's tree and node.
    unsafe {
        let (left, right) = ((*node).rb_left, (*node).rb_right);
        let (up, moved, was_black);
        if !left.is_null() && !right.is_null() {
            let mut heir = right;
            while !(*heir).rb_left.is_null() {
                heir = (*heir).rb_left;
            }
            was_black = !is_red(heir);
            moved = (*heir).rb_right;
            if parent(heir) == node {
                up = heir;
            } else {
                up = parent(heir);
                (*up).rb_left = moved;
                if !moved.is_null() {
                    set_parent(moved, up);
                }
                (*heir).rb_right = right;
                set_parent(right, heir);
            }
            (*heir).rb_left = left;
            set_parent(left, heir);
            hang(root, parent(node), node, heir);
            (*heir).__rb_parent_color = (*node).__rb_parent_color;
        } else {
            moved = if left.is_null() { right } else { left };
            up = parent(node);
            was_black = !is_red(node);
            hang(root, up, node, moved);
            if !moved.is_null() {
                set_parent(moved, up);
            }
        }
        if was_black {
            balance(root, moved, up);
        }
    }
}

/// The paths through `n`, which may be null below `p`, have one black node less than the others.
unsafe fn balance(root: *mut rb_root, mut n: Node, mut p: Node) {
    // SAFETY: the caller's tree.
    unsafe {
        while !p.is_null() && !is_red(n) {
            let left = child(p, LEFT) == n;
            let mut sibling = child(p, !left);
            if is_red(sibling) {
                paint(sibling, false);
                paint(p, true);
                rotate(root, p, left);
                sibling = child(p, !left);
            }
            if !is_red(child(sibling, LEFT)) && !is_red(child(sibling, !LEFT)) {
                paint(sibling, true);
                n = p;
                p = parent(n);
                continue;
            }
            if !is_red(child(sibling, !left)) {
                paint(child(sibling, left), false);
                paint(sibling, true);
                rotate(root, sibling, !left);
                sibling = child(p, !left);
            }
            paint(sibling, is_red(p));
            paint(p, false);
            paint(child(sibling, !left), false);
            rotate(root, p, left);
            n = (*root).rb_node;
            break;
        }
        if !n.is_null() {
            paint(n, false);
        }
    }
}

/// The outermost below `n` on a side.
unsafe fn end(mut n: Node, left: bool) -> Node {
    // SAFETY: the caller's tree.
    unsafe {
        while !n.is_null() && !child(n, left).is_null() {
            n = child(n, left);
        }
    }
    n
}

pub(super) unsafe fn first(root: *const rb_root) -> Node {
    // SAFETY: the caller's tree.
    unsafe { end((*root).rb_node, LEFT) }
}

pub(super) unsafe fn last(root: *const rb_root) -> Node {
    // SAFETY: the caller's tree.
    unsafe { end((*root).rb_node, !LEFT) }
}

unsafe fn step(node: *const rb_node, back: bool) -> Node {
    let mut n = node.cast_mut();
    // SAFETY: the caller's tree.
    unsafe {
        if (*n).__rb_parent_color == n.addr() as u64 {
            return null_mut();
        }
        if !child(n, back).is_null() {
            return end(child(n, back), !back);
        }
        loop {
            let p = parent(n);
            if p.is_null() || child(p, back) != n {
                return p;
            }
            n = p;
        }
    }
}

pub(super) unsafe fn next(node: *const rb_node) -> Node {
    // SAFETY: the caller's node.
    unsafe { step(node, !LEFT) }
}

pub(super) unsafe fn prev(node: *const rb_node) -> Node {
    // SAFETY: the caller's node.
    unsafe { step(node, LEFT) }
}

unsafe fn replace(victim: Node, fresh: Node, root: *mut rb_root) {
    // SAFETY: the caller's tree and nodes.
    unsafe {
        *fresh = *victim;
        for side in [(*victim).rb_left, (*victim).rb_right] {
            if !side.is_null() {
                set_parent(side, fresh);
            }
        }
        hang(root, parent(victim), victim, fresh);
    }
}

/// A leaf, as far to the left as there is one.
unsafe fn leaf(mut n: Node) -> Node {
    // SAFETY: the caller's tree.
    unsafe {
        loop {
            let down = if (*n).rb_left.is_null() { (*n).rb_right } else { (*n).rb_left };
            if down.is_null() {
                return n;
            }
            n = down;
        }
    }
}

pub(super) unsafe fn first_postorder(root: *const rb_root) -> Node {
    // SAFETY: the caller's tree.
    unsafe { if (*root).rb_node.is_null() { null_mut() } else { leaf((*root).rb_node) } }
}

pub(super) unsafe fn next_postorder(node: *const rb_node) -> Node {
    // SAFETY: the caller's tree.
    unsafe {
        if node.is_null() {
            return null_mut();
        }
        let p = parent(node.cast_mut());
        if !p.is_null() && core::ptr::eq(node, (*p).rb_left) && !(*p).rb_right.is_null() {
            return leaf((*p).rb_right);
        }
        p
    }
}
