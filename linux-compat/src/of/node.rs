// SPDX-License-Identifier: GPL-2.0-only
//! A node of the device tree, and its properties.

use crate::bindings;
use alloc::string::String;
use alloc::vec::Vec;
use core::ffi::CStr;
use core::fmt;
use core::ptr::NonNull;

/// A node of the host's device tree. Nodes live for ever and do not change once the tree is made, but for their flags.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Node(NonNull<bindings::device_node>);

// SAFETY: what a node points to is not changed after it was made; its flags are changed atomically.
unsafe impl Send for Node {}
// SAFETY: as above.
unsafe impl Sync for Node {}

/// A property of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Property {
    /// Its name.
    pub name: &'static CStr,
    /// Its value, in the bytes of the tree.
    pub value: &'static [u8],
}

impl Property {
    /// The property behind a C pointer.
    ///
    /// # Safety
    /// `raw` is null or a property of a node of this tree.
    pub unsafe fn from_raw(raw: *const bindings::property) -> Option<Property> {
        // SAFETY: the caller says so; properties live for ever.
        let raw = unsafe { raw.as_ref() }?;
        // SAFETY: made by `tree`, from a checked blob.
        unsafe {
            let value = core::slice::from_raw_parts(raw.value.cast::<u8>(), raw.length as usize);
            Some(Property { name: CStr::from_ptr(raw.name), value })
        }
    }

    /// The cells of the value: big-endian words of 32 bits; a rest of fewer bytes is left out.
    pub fn cells(&self) -> impl Iterator<Item = u32> + use<> {
        self.value.chunks_exact(4).map(|c| c.iter().fold(0, |n, b| n << 8 | u32::from(*b)))
    }

    /// The NUL-terminated strings of the value; a rest without a NUL is left out.
    pub fn strings(&self) -> impl Iterator<Item = &'static CStr> + use<> {
        let mut rest = self.value;
        core::iter::from_fn(move || {
            let text = CStr::from_bytes_until_nul(rest).ok()?;
            rest = rest.get(text.count_bytes() + 1..)?;
            Some(text)
        })
    }
}

impl Node {
    /// The node behind a C pointer; `None` for null.
    ///
    /// # Safety
    /// `raw` is null or points to a node of this tree.
    pub unsafe fn from_raw(raw: *const bindings::device_node) -> Option<Node> {
        NonNull::new(raw.cast_mut()).map(Node)
    }

    /// The C pointer.
    pub fn as_raw(self) -> *mut bindings::device_node {
        self.0.as_ptr()
    }

    /// The C pointer of a node, null for none.
    pub fn raw_or_null(node: Option<Node>) -> *mut bindings::device_node {
        node.map_or(core::ptr::null_mut(), Node::as_raw)
    }

    fn get(self) -> &'static bindings::device_node {
        // SAFETY: a node of the tree, which lives for ever.
        unsafe { self.0.as_ref() }
    }

    /// The name without the unit address.
    pub fn name(self) -> &'static CStr {
        // SAFETY: made by `tree`.
        unsafe { CStr::from_ptr(self.get().name) }
    }

    /// The name with the unit address; `/` for the root.
    pub fn full_name(self) -> &'static CStr {
        // SAFETY: made by `tree`.
        unsafe { CStr::from_ptr(self.get().full_name) }
    }

    /// The phandle; 0 for none.
    pub fn phandle(self) -> u32 {
        self.get().phandle
    }

    /// The enclosing node.
    pub fn parent(self) -> Option<Node> {
        NonNull::new(self.get().parent).map(Node)
    }

    /// The next node of the whole tree.
    pub fn next(self) -> Option<Node> {
        NonNull::new(self.get().allnext).map(Node)
    }

    /// The nodes directly below.
    pub fn children(self) -> impl Iterator<Item = Node> {
        let sibling = |node: &Node| NonNull::new(node.get().sibling).map(Node);
        core::iter::successors(NonNull::new(self.get().child).map(Node), sibling)
    }

    /// The node after this one below the same parent.
    pub fn sibling(self) -> Option<Node> {
        NonNull::new(self.get().sibling).map(Node)
    }

    /// The child with that name, with or without unit address.
    pub fn child(self, name: &[u8]) -> Option<Node> {
        self.children().find(|c| c.full_name().to_bytes() == name || c.name().to_bytes() == name)
    }

    /// The properties.
    pub fn properties(self) -> impl Iterator<Item = Property> {
        self.raw_properties().filter_map(|raw| {
            // SAFETY: of this node.
            unsafe { Property::from_raw(raw) }
        })
    }

    fn raw_properties(self) -> impl Iterator<Item = *const bindings::property> {
        core::iter::successors(NonNull::new(self.get().properties), |p| {
            // SAFETY: made by `tree`; properties live for ever.
            NonNull::new(unsafe { p.as_ref() }.next)
        })
        .map(|p| p.as_ptr().cast_const())
    }

    /// The property of that name.
    pub fn property(self, name: &[u8]) -> Option<Property> {
        self.properties().find(|p| p.name.to_bytes() == name)
    }

    /// The C form of the property of that name, null for none.
    pub fn raw_property(self, name: &[u8]) -> *mut bindings::property {
        let named = |raw: &*const bindings::property| {
            // SAFETY: of this node.
            unsafe { Property::from_raw(*raw) }.is_some_and(|p| p.name.to_bytes() == name)
        };
        self.raw_properties().find(named).map_or(core::ptr::null_mut(), |p| p.cast_mut())
    }

    /// The first cell of a property.
    pub fn u32(self, name: &[u8]) -> Option<u32> {
        self.property(name)?.cells().next()
    }

    /// Whether the node's `compatible` names it (ASCII case is ignored, as in Linux).
    pub fn is_compatible(self, compatible: &[u8]) -> bool {
        self.compatible_rank(compatible).is_some()
    }

    /// At which place of its `compatible` the node names it: 0 is the most specific.
    pub fn compatible_rank(self, compatible: &[u8]) -> Option<usize> {
        self.property(b"compatible")?.strings().position(|s| s.to_bytes().eq_ignore_ascii_case(compatible))
    }

    /// Whether `status` is absent or says okay.
    pub fn is_available(self) -> bool {
        self.property(b"status").and_then(|p| p.strings().next()).is_none_or(|s| s == c"okay" || s == c"ok")
    }

    /// Cells of an address of the node's own registers, as its bus says; 1 where nothing says so.
    pub fn address_cells(self) -> usize {
        self.bus_cells(b"#address-cells", 1)
    }

    /// Cells of a size of the node's own registers.
    pub fn size_cells(self) -> usize {
        self.bus_cells(b"#size-cells", 1)
    }

    fn bus_cells(self, name: &[u8], otherwise: usize) -> usize {
        self.parent().and_then(|p| p.u32(name)).map_or(otherwise, |n| n as usize)
    }

    /// The path from the root.
    pub fn path(self) -> String {
        use core::fmt::Write;
        let mut path = String::new();
        // A `String` takes all that is written to it.
        let _ = write!(path, "{self}");
        path
    }

    /// The same node in the hypervisor's own reader.
    pub fn host_node(self) -> Option<kernel::dt::Node<'static>> {
        kernel::dt::find_path(kernel::dt::tree()?, &self.path())
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut chain: Vec<Node> = core::iter::successors(Some(*self), |n| n.parent()).collect();
        // The root has no name of its own in a path.
        if chain.pop() == Some(*self) {
            return f.write_str("/");
        }
        chain.iter().rev().try_for_each(|n| write!(f, "/{}", n.full_name().to_string_lossy()))
    }
}
