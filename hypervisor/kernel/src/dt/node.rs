// SPDX-License-Identifier: GPL-2.0-only
//! A node together with its ancestors, which addresses and interrupts need.

use super::{DtError, DtErrorKind, Fdt, FdtNode, MAX_DEPTH, Name};
use core::fmt;
use dtoolkit::{Node as _, Property as _};

/// A node of a device tree that [`super::check`] accepted, with the way from the root to it.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    fdt: Fdt<'a>,
    node: FdtNode<'a>,
    /// The ancestors, root first; those from `depth` on are meaningless.
    chain: [FdtNode<'a>; MAX_DEPTH],
    depth: usize,
}

impl<'a> Node<'a> {
    /// The root of a tree.
    pub fn root(fdt: Fdt<'a>) -> Self {
        let node = fdt.root();
        Node { fdt, node, chain: [node; MAX_DEPTH], depth: 0 }
    }

    /// The tree the node is in.
    pub fn fdt(&self) -> Fdt<'a> {
        self.fdt
    }

    /// The name with unit address; `/` for the root.
    pub fn name(&self) -> &'a str {
        if self.depth == 0 { "/" } else { self.node.name() }
    }

    /// The name without unit address.
    pub fn base_name(&self) -> &'a str {
        let name = self.name();
        name.split_once('@').map_or(name, |(base, _)| base)
    }

    /// The enclosing node; `None` for the root.
    #[inline(never)]
    pub fn parent(&self) -> Option<Self> {
        let depth = self.depth.checked_sub(1)?;
        let node = *self.chain.get(depth)?;
        Some(Node { fdt: self.fdt, node, chain: self.chain, depth })
    }

    /// The nodes directly below.
    #[inline(never)]
    pub fn children(&self) -> impl Iterator<Item = Node<'a>> + use<'a> {
        let mut inner = *self;
        if let Some(slot) = inner.chain.get_mut(self.depth) {
            *slot = self.node;
        }
        inner.depth += 1;
        let deep = inner.depth >= MAX_DEPTH;
        self.node.children().take_while(move |_| !deep).map(move |node| {
            let mut child = inner;
            child.node = node;
            child
        })
    }

    /// The child with this name; without a unit address in `name`, the first with any or none.
    #[inline(never)]
    pub fn child(&self, name: &str) -> Option<Self> {
        self.children().find(|c| if name.contains('@') { c.name() == name } else { c.base_name() == name })
    }

    /// The value of a property.
    #[inline(never)]
    pub fn property(&self, name: &str) -> Option<&'a [u8]> {
        self.node.properties().find(|p| p.name() == name).and_then(|p| p.value_as::<&'a [u8]>().ok())
    }

    /// The node as the device tree library has it, to enumerate properties.
    pub fn raw(&self) -> FdtNode<'a> {
        self.node
    }

    /// An error about a property of this node.
    #[inline(never)]
    pub fn error(&self, property: &'static str, kind: DtErrorKind) -> DtError {
        DtError { node: Name::new(self.name()), property, kind }
    }

    /// The value of a property that has to be there.
    ///
    /// # Errors
    /// [`DtErrorKind::Missing`].
    #[inline(never)]
    pub fn require(&self, property: &'static str) -> Result<&'a [u8], DtError> {
        self.property(property).ok_or_else(|| self.error(property, DtErrorKind::Missing))
    }

    /// A property of one cell.
    ///
    /// # Errors
    /// Missing, or not 4 bytes.
    #[inline(never)]
    pub fn u32(&self, property: &'static str) -> Result<u32, DtError> {
        let value = self.require(property)?;
        let bytes = value.try_into().map_err(|_| {
            self.error(property, DtErrorKind::Length { found: value.len(), expected: "one cell (4 bytes)" })
        })?;
        Ok(u32::from_be_bytes(bytes))
    }

    /// A property of one or two cells, as one number.
    ///
    /// # Errors
    /// Missing, or neither 4 nor 8 bytes.
    #[inline(never)]
    pub fn number(&self, property: &'static str) -> Result<u64, DtError> {
        let value = self.require(property)?;
        cells_to_u64(value).filter(|_| !value.is_empty()).ok_or_else(|| {
            self.error(
                property,
                DtErrorKind::Length { found: value.len(), expected: "one or two cells (4 or 8 bytes)" },
            )
        })
    }

    /// The first text of a property; `property` may be any name, as aliases are.
    ///
    /// # Errors
    /// Missing, or not NUL-terminated text.
    #[inline(never)]
    pub fn text(&self, property: &str) -> Result<&'a str, DtError> {
        let error = |kind| DtError { node: Name::new(self.name()), property: "text property", kind };
        let value = self.property(property).ok_or_else(|| error(DtErrorKind::Missing))?;
        texts(value).next().ok_or_else(|| error(DtErrorKind::NotText))
    }

    /// The texts of a property; none if it is missing.
    #[inline(never)]
    pub fn texts(&self, property: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        texts(self.property(property).unwrap_or(&[]))
    }

    /// Whether the node is compatible with one of `names` (section 2.3.1).
    #[inline(never)]
    pub fn is_compatible(&self, names: &[&str]) -> bool {
        self.texts("compatible").any(|c| names.contains(&c))
    }

    /// Whether `status` is absent, `okay` or `ok` (section 2.3.4).
    #[inline(never)]
    pub fn available(&self) -> bool {
        self.property("status").is_none_or(|value| matches!(texts(value).next(), Some("okay" | "ok")))
    }

    /// `#address-cells` or `#size-cells` of this node for its children (section 2.3.5), at most 4.
    #[inline(never)]
    pub(super) fn cells(&self, property: &'static str, default: u32) -> Result<usize, DtError> {
        let found = if self.property(property).is_some() { self.u32(property)? } else { default };
        if found > 4 {
            return Err(self.error(property, DtErrorKind::Value { found: found.into(), expected: "0 to 4" }));
        }
        Ok(found as usize)
    }
}

impl fmt::Display for Node<'_> {
    /// Writes the full path.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for ancestor in self.chain.iter().take(self.depth).skip(1) {
            write!(f, "/{}", ancestor.name())?;
        }
        write!(f, "/{}", self.node.name())
    }
}

impl fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The NUL-terminated texts in `value`, up to the first that is none.
fn texts(mut value: &[u8]) -> impl Iterator<Item = &str> {
    core::iter::from_fn(move || {
        let end = value.iter().position(|&b| b == 0)?;
        let (text, rest) = (value.get(..end)?, value.get(end + 1..)?);
        value = rest;
        core::str::from_utf8(text).ok()
    })
}

/// Up to two big-endian cells as a number; `None` for other lengths. No cells are 0.
pub(super) fn cells_to_u64(cells: &[u8]) -> Option<u64> {
    match cells.len() {
        0 => Some(0),
        4 => Some(u32::from_be_bytes(cells.try_into().ok()?).into()),
        8 => Some(u64::from_be_bytes(cells.try_into().ok()?)),
        _ => None,
    }
}
