// SPDX-License-Identifier: GPL-2.0-only
//! Lists of phandles, each followed by as many cells as its node says: `clocks`, `resets`, `gpios` ... (section 2.3.3
//! and the bindings of each kind of provider).

use super::{DtError, DtErrorKind, Node, find_phandle};

/// Cells that a specifier may have.
pub const MAX_ARGS: usize = 16;

/// One element of such a list.
#[derive(Clone, Copy, Debug)]
pub struct Specifier<'a> {
    /// The provider.
    pub provider: Node<'a>,
    cells: &'a [u8],
}

impl Specifier<'_> {
    /// The provider's phandle.
    pub fn phandle(&self) -> u32 {
        self.provider.phandle()
    }

    /// The cells behind the phandle.
    pub fn args(&self) -> impl ExactSizeIterator<Item = u32> + '_ {
        self.cells.as_chunks().0.iter().map(|cell| u32::from_be_bytes(*cell))
    }
}

impl<'a> Node<'a> {
    /// The node's phandle; 0 if it has none, so that nothing can refer to it.
    pub fn phandle(&self) -> u32 {
        self.u32("phandle").or_else(|_| self.u32("linux,phandle")).unwrap_or(0)
    }

    /// Element `index` of `list`, whose providers say in `cells` (such as `#clock-cells`) how many cells follow;
    /// `None` for an element without provider (phandle 0).
    ///
    /// # Errors
    /// The list is missing or shorter, a phandle dangles, or the list does not end where an element does.
    pub fn specifier(
        &self,
        list: &'static str,
        cells: &'static str,
        index: usize,
    ) -> Result<Option<Specifier<'a>>, DtError> {
        let value = self.require(list)?;
        let mut rest = value;
        let mut count = 0;
        while let Some((phandle, behind)) = rest.split_first_chunk() {
            let phandle = u32::from_be_bytes(*phandle);
            rest = behind;
            let mut found = None;
            if phandle != 0 {
                let provider = find_phandle(self.fdt(), phandle)
                    .ok_or_else(|| self.error(list, DtErrorKind::Dangling { phandle }))?;
                let args = provider.u32(cells)? as usize;
                let (cells, behind) = Some(args)
                    .filter(|n| *n <= MAX_ARGS)
                    .and_then(|n| rest.split_at_checked(n * 4))
                    .ok_or_else(|| self.error(list, length(value)))?;
                rest = behind;
                found = Some(Specifier { provider, cells });
            }
            if count == index {
                return Ok(found);
            }
            count += 1;
        }
        let kind = if rest.is_empty() { DtErrorKind::Index { index, count } } else { length(value) };
        Err(self.error(list, kind))
    }

    /// Where `name` is in a list of names, such as `clock-names`.
    pub fn name_index(&self, names: &str, name: &str) -> Option<usize> {
        self.texts(names).position(|n| n == name)
    }
}

fn length(value: &[u8]) -> DtErrorKind {
    DtErrorKind::Length { found: value.len(), expected: "whole specifiers" }
}
