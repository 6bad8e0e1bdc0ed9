// SPDX-License-Identifier: GPL-2.0-only
//! What an emulated device tells the configuration of guests: how it is chosen, what is assigned to it, and what its
//! node in the guest's DTB gets.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::DeviceConfig;

/// What the configuration knows of one kind of emulated device.
#[derive(Clone, Copy)]
pub struct Binding {
    /// The `compatible` strings that choose this emulator in a guest's DTS.
    pub compatible: &'static [&'static str],
    /// What the device is, for messages and lists, such as `"PL011 UART"`.
    pub title: &'static str,
    /// Size in bytes of the register block, at least 1; the size that is assigned where the DTS has no `reg`, and
    /// the smallest that a `reg` may have.
    pub reg_size: u64,
    /// Number of interrupts that the device has; they are assigned where the DTS has no `interrupts`, which may list
    /// more but not fewer.
    pub irqs: usize,
    /// Trigger of assigned interrupts.
    pub trigger: Trigger,
    /// Names of host-side options that the emulator understands, each beginning with `ferrovisor,`. They do not
    /// appear in the guest's DTB; any other `ferrovisor,` property in the node is an error.
    pub options: &'static [&'static str],
    /// Host-side options of its child nodes, each of which is then a device behind it and does not go into the guest's
    /// DTB ([`DeviceConfig::children`]). Empty: children are the guest's business, and go there.
    pub children: &'static [&'static str],
    /// Adds what the guest's driver needs to the guest's node.
    pub describe: fn(&DeviceConfig, &mut NodeExtras),
}

/// How an interrupt line is read by the GIC (GICD_ICFGR).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trigger {
    /// Pending as long as the line is high: flags cell 4 in a device tree.
    Level,
    /// Pending at a rising edge: flags cell 1 in a device tree.
    Edge,
}

impl Trigger {
    /// The third cell of a GIC interrupt specifier, and what the guest's DTB gets: 4 for level high, 1 for rising edge.
    pub const fn cell(self) -> u32 {
        match self {
            Trigger::Level => 4,
            Trigger::Edge => 1,
        }
    }
}

/// What an emulator adds to its node in the guest's DTB, so that a stock driver binds to it.
///
/// What the user wrote in the guest's DTS wins: a property is added only where the node has none of that name.
/// `reg`, `interrupts` and `interrupt-parent` are written by the configuration and must not be added here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeExtras {
    pub(crate) properties: Vec<(String, Vec<u8>)>,
    pub(crate) clocks: Vec<(String, u32)>,
    pub(crate) registers: u64,
    pub(crate) interrupt_map: Vec<([u32; 4], usize)>,
    pub(crate) no_interrupts: bool,
}

impl NodeExtras {
    /// The `compatible` list that the guest sees, such as `["arm,pl011", "arm,primecell"]`. It replaces what the
    /// user wrote, which only had to name the emulator.
    pub fn compatible(&mut self, list: &[&str]) -> &mut Self {
        self.strings("compatible", list)
    }

    /// A fixed clock of `hz` hertz for this device, under `name` in `clock-names`. Devices share a clock node where
    /// the frequency is the same.
    pub fn clock(&mut self, name: &str, hz: u32) -> &mut Self {
        self.clocks.push((name.to_string(), hz));
        self
    }

    /// The node's `reg` has the first `size` bytes of the device's block only (0: all).
    pub fn registers(&mut self, size: u64) -> &mut Self {
        self.registers = size;
        self
    }

    /// The device is a bus, whose `interrupts` are those of the devices on it: instead of them, the node gets an
    /// `interrupt-map`, of an entry for each child's address (three cells) and pin, and the number of the interrupt among those
    /// of this device.
    pub fn interrupt_map(&mut self, child: [u32; 4], interrupt: usize) -> &mut Self {
        self.interrupt_map.push((child, interrupt));
        self
    }

    /// The node has no `interrupts`: the driver knows them by other means.
    pub fn no_interrupts(&mut self) -> &mut Self {
        self.no_interrupts = true;
        self
    }

    /// A property without a value, such as `gpio-controller`.
    pub fn flag(&mut self, name: &str) -> &mut Self {
        self.bytes(name, &[])
    }

    /// A property of one cell, such as `#gpio-cells`.
    pub fn cell(&mut self, name: &str, value: u32) -> &mut Self {
        self.cells(name, &[value])
    }

    /// A property of cells.
    pub fn cells(&mut self, name: &str, values: &[u32]) -> &mut Self {
        let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_be_bytes()).collect();
        self.bytes(name, &bytes)
    }

    /// A property of strings.
    pub fn strings(&mut self, name: &str, values: &[&str]) -> &mut Self {
        let mut bytes = Vec::new();
        for value in values {
            bytes.extend_from_slice(value.as_bytes());
            bytes.push(0);
        }
        self.bytes(name, &bytes)
    }

    /// A property of raw bytes. A second one of the same name replaces the first.
    pub fn bytes(&mut self, name: &str, value: &[u8]) -> &mut Self {
        match self.properties.iter_mut().find(|(n, _)| n == name) {
            Some((_, old)) => *old = value.to_vec(),
            None => self.properties.push((name.to_string(), value.to_vec())),
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extras_keep_the_last_value() {
        let mut extras = NodeExtras::default();
        extras.cell("a", 1).flag("f").cell("a", 2).compatible(&["x", "y"]).clock("apb_pclk", 24_000_000);
        assert_eq!(extras.properties[0], ("a".to_string(), vec![0, 0, 0, 2]));
        assert_eq!(extras.properties[1], ("f".to_string(), vec![]));
        assert_eq!(extras.properties[2].1, b"x\0y\0");
        assert_eq!(extras.clocks, [("apb_pclk".to_string(), 24_000_000)]);
    }
}
