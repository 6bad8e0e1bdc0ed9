// SPDX-License-Identifier: GPL-2.0-only
//! The machine as its device tree describes it: interrupt controller, console, memory, CPUs, PSCI.

use core::fmt;
use dtoolkit::fdt::{Fdt, FdtNode};
use dtoolkit::standard::NodeStandard;
use dtoolkit::{Node, Property, ToCellInt};

/// A run of guest physical addresses, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Region {
    /// First address.
    pub base: u64,
    /// Length in bytes.
    pub size: u64,
}

impl Region {
    /// The first address after the region.
    #[must_use]
    pub const fn end(self) -> u64 {
        self.base.saturating_add(self.size)
    }

    /// Whether the two regions share a byte.
    #[must_use]
    pub const fn overlaps(self, other: Region) -> bool {
        self.base < other.end() && other.base < self.end()
    }
}

/// A short list without an allocator; what does not fit is left out.
#[derive(Clone, Copy, Debug)]
pub struct List<T, const N: usize> {
    items: [T; N],
    len: usize,
}

impl<T: Copy + Default, const N: usize> Default for List<T, N> {
    fn default() -> Self {
        Self { items: [T::default(); N], len: 0 }
    }
}

impl<T: Copy, const N: usize> List<T, N> {
    /// Adds `item`; false when the list is full.
    pub fn push(&mut self, item: T) -> bool {
        let Some(slot) = self.items.get_mut(self.len) else { return false };
        *slot = item;
        self.len += 1;
        true
    }
}

impl<T, const N: usize> core::ops::Deref for List<T, N> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        self.items.get(..self.len).unwrap_or(&[])
    }
}

/// Where the interrupt controller's frames are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GicFrames {
    /// GICv2: distributor and CPU interface.
    V2 {
        /// GICD.
        distributor: Region,
        /// GICC.
        cpu_interface: Region,
    },
    /// GICv3: distributor and the first run of redistributors.
    V3 {
        /// GICD.
        distributor: Region,
        /// GICR, one frame pair of 128 KiB per CPU.
        redistributors: Region,
    },
}

/// A virtio-mmio transport.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Virtio {
    /// Its registers.
    pub registers: Region,
    /// Its interrupt, if it is an SPI.
    pub intid: Option<u32>,
    /// Whether that is edge-triggered.
    pub edge: bool,
}

/// A PCI host bridge with its configuration space in memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pci {
    /// The configuration space.
    pub config: Region,
    /// The window for 32-bit addresses of devices, which are the same on the bus.
    pub window: Region,
}

/// The instruction that calls the firmware or hypervisor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conduit {
    /// `hvc #0`
    Hvc,
    /// `smc #0`
    Smc,
}

/// All that a guest knows about its machine.
#[derive(Clone, Copy, Debug)]
pub struct Machine<'a> {
    /// Interrupt controller.
    pub gic: GicFrames,
    /// PL011 console.
    pub uart: Region,
    /// How to call PSCI.
    pub conduit: Conduit,
    /// MPIDR affinity of each CPU, as the `cpu` nodes give it.
    pub cpus: List<u64, 8>,
    /// RAM.
    pub memory: List<Region, 8>,
    /// Register blocks of all other nodes below the root, for whoever wants to poke at them.
    pub devices: List<Region, 48>,
    /// Watchdogs (SP805, SBSA), which can reset the machine.
    pub watchdogs: List<Region, 4>,
    /// The first virtio-mmio transports.
    pub virtio: List<Virtio, 32>,
    /// The first PCI host bridge.
    pub pci: Option<Pci>,
    /// The frame that takes interrupts as messages (GICv2m).
    pub messages: Option<Region>,
    /// `/chosen/bootargs`, empty when missing.
    pub bootargs: &'a str,
}

/// Why a device tree does not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MachineError {
    /// It does not parse.
    Malformed,
    /// No node with this `compatible`, or its `reg` is not usable.
    Missing(&'static str),
}

impl fmt::Display for MachineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => f.write_str("device tree: not a flattened device tree"),
            Self::Missing(what) => write!(f, "device tree: no usable {what} node found"),
        }
    }
}

impl<'a> Machine<'a> {
    /// Reads the machine out of its tree.
    ///
    /// # Errors
    /// [`MachineError::Missing`] names the node without which a guest cannot run.
    pub fn from_fdt(fdt: &Fdt<'a>) -> Result<Self, MachineError> {
        let root = fdt.root();
        let mut found = Found::default();
        found.walk(&root, 0);
        let frames = |r: &List<Region, 4>, n: usize| r.get(n).copied();
        let gic = match (frames(&found.gicv3, 0), frames(&found.gicv3, 1)) {
            (Some(distributor), Some(redistributors)) => GicFrames::V3 { distributor, redistributors },
            _ => match (frames(&found.gicv2, 0), frames(&found.gicv2, 1)) {
                (Some(distributor), Some(cpu_interface)) => GicFrames::V2 { distributor, cpu_interface },
                _ => return Err(MachineError::Missing("arm,gic-v3 or arm,cortex-a15-gic")),
            },
        };
        let bootargs = root
            .child("chosen")
            .and_then(|n| n.property("bootargs"))
            .and_then(|p| p.value_as::<&'a str>().ok())
            .unwrap_or("");
        Ok(Self {
            gic,
            uart: found.uart.ok_or(MachineError::Missing("arm,pl011"))?,
            conduit: found.conduit.ok_or(MachineError::Missing("arm,psci-0.2 with method"))?,
            cpus: found.cpus,
            memory: if found.memory.is_empty() {
                return Err(MachineError::Missing("memory"));
            } else {
                found.memory
            },
            devices: found.devices,
            watchdogs: found.watchdogs,
            virtio: found.virtio,
            pci: found.pci,
            messages: found.messages,
            bootargs,
        })
    }

    /// A run of `size` bytes of RAM at a multiple of `align` that none of `taken` touches, from the
    /// top of the memory downwards.
    #[must_use]
    pub fn free_ram(&self, size: u64, align: u64, taken: &[Region]) -> Option<Region> {
        for bank in self.memory.iter().rev() {
            let Some(base) = bank.end().checked_sub(size) else { continue };
            let mut base = base & !(align - 1);
            while base >= bank.base {
                let candidate = Region { base, size };
                if !taken.iter().any(|t| t.overlaps(candidate)) {
                    return Some(candidate);
                }
                base = match base.checked_sub(align) {
                    Some(b) => b,
                    None => break,
                };
            }
        }
        None
    }
}

/// What the walk over the tree gathers.
#[derive(Default)]
struct Found {
    gicv2: List<Region, 4>,
    gicv3: List<Region, 4>,
    uart: Option<Region>,
    virtio: List<Virtio, 32>,
    pci: Option<Pci>,
    messages: Option<Region>,
    conduit: Option<Conduit>,
    cpus: List<u64, 8>,
    memory: List<Region, 8>,
    devices: List<Region, 48>,
    watchdogs: List<Region, 4>,
}

/// Levels of the tree that are looked at: deep enough for buses, bounded for the stack.
const MAX_DEPTH: usize = 4;

impl Found {
    fn walk(&mut self, node: &FdtNode<'_>, depth: usize) {
        for child in node.children() {
            let kind = child.property("device_type");
            let is = |text: &str| kind.as_ref().and_then(|p| p.value_as::<&str>().ok()) == Some(text);
            if is("cpu") {
                if let Some(id) = cpu_reg(node, &child) {
                    self.cpus.push(id);
                }
            } else if is("memory") {
                regions(&child, |r| {
                    self.memory.push(r);
                });
            } else {
                self.device(&child);
            }
            if depth < MAX_DEPTH {
                self.walk(&child, depth + 1);
            }
        }
    }

    fn device(&mut self, node: &FdtNode<'_>) {
        let has = |names: &[&str]| names.iter().any(|n| node.is_compatible(n));
        if has(&["arm,psci-1.0", "arm,psci-0.2", "arm,psci"]) {
            let method = node.property("method");
            self.conduit = match method.as_ref().and_then(|p| p.value_as::<&str>().ok()) {
                Some("hvc") => Some(Conduit::Hvc),
                Some("smc") => Some(Conduit::Smc),
                _ => None,
            };
            return;
        }
        let v3 = has(&["arm,gic-v3"]);
        let v2 = has(&["arm,cortex-a15-gic", "arm,gic-400", "arm,cortex-a7-gic"]);
        let (uart, virtio) = (has(&["arm,pl011"]), has(&["virtio,mmio"]));
        let spi = if virtio { spi(node) } else { None };
        let window = if has(&["pci-host-ecam-generic"]) { window(node) } else { None };
        let watchdog = has(&["arm,sp805", "arm,sbsa-gwdt"]);
        let messages = has(&["arm,gic-v2m-frame"]);
        regions(node, |r| {
            if watchdog {
                self.watchdogs.push(r);
            }
            if v3 {
                self.gicv3.push(r);
            } else if v2 {
                self.gicv2.push(r);
            }
            if uart && self.uart.is_none() {
                self.uart = Some(r);
            }
            if virtio {
                self.virtio.push(Virtio {
                    registers: r,
                    intid: spi.map(|(intid, _)| intid),
                    edge: spi.is_some_and(|(_, edge)| edge),
                });
            }
            if let (Some(window), None) = (window, self.pci) {
                self.pci = Some(Pci { config: r, window });
            }
            if messages {
                self.messages = Some(r);
            }
            self.devices.push(r);
        });
    }
}

/// The INTID of a node's first interrupt, and whether it is edge-triggered, if it is an SPI.
fn spi(node: &FdtNode<'_>) -> Option<(u32, bool)> {
    let cells = node.property("interrupts")?;
    let [kind, number, flags] = cells.as_prop_encoded_array([1, 1, 1]).ok()?.next()?;
    let intid = number.to_int::<u32>().ok()?.checked_add(32)?;
    (kind.to_int::<u32>().ok()? == 0).then_some((intid, flags.to_int::<u32>().ok()? & 3 != 0))
}

/// The first run of addresses that a host bridge passes on: its bus has three cells, the guest two.
fn window(node: &FdtNode<'_>) -> Option<Region> {
    let ranges = node.property("ranges")?;
    let [_, base, size] = ranges.as_prop_encoded_array([3, 2, 2]).ok()?.next()?;
    Some(Region { base: base.to_int().ok()?, size: size.to_int().ok()? })
}

fn regions(node: &FdtNode<'_>, mut each: impl FnMut(Region)) {
    let Ok(Some(list)) = node.reg() else { return };
    for reg in list {
        if let (Ok(base), Ok(size)) = (reg.address::<u64>(), reg.size::<u64>())
            && size != 0
        {
            each(Region { base, size });
        }
    }
}

/// The `reg` of a `cpu` node: an affinity value of one or two cells without a size.
fn cpu_reg(parent: &FdtNode<'_>, node: &FdtNode<'_>) -> Option<u64> {
    let cells = parent.address_cells().ok()? as usize;
    let reg = node.property("reg")?;
    let [id] = reg.as_prop_encoded_array([cells]).ok()?.next()?;
    id.to_int::<u64>().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use dtoolkit::ToPropertyValue;
    use dtoolkit::model::{DeviceTree, DeviceTreeNode, DeviceTreeProperty};

    fn node<T: ToPropertyValue>(name: &str, properties: &[(&str, T)]) -> DeviceTreeNode {
        let mut node = DeviceTreeNode::new(name).unwrap();
        for (name, value) in properties {
            node.add_property(DeviceTreeProperty::new(*name, value).unwrap());
        }
        node
    }

    fn with_reg(name: &str, text: &[(&str, &str)], reg: &[u64]) -> DeviceTreeNode {
        let mut node = node(name, text);
        let bytes: Vec<u8> = reg.iter().flat_map(|cell| cell.to_be_bytes()).collect();
        node.add_property(DeviceTreeProperty::new("reg", bytes.as_slice()).unwrap());
        node
    }

    /// A machine as QEMU or Ferrovisor describes it, without the nodes named in `without`.
    fn tree(gic: DeviceTreeNode, without: &[&str]) -> Vec<u8> {
        let mut tree = DeviceTree::new();
        for cells in ["#address-cells", "#size-cells"] {
            tree.root.add_property(DeviceTreeProperty::new(cells, 2u32).unwrap());
        }
        let mut cpus = node("cpus", &[("#address-cells", 1u32), ("#size-cells", 0)]);
        for id in [0u32, 0x101] {
            let mut cpu = node(&format!("cpu@{id:x}"), &[("device_type", "cpu")]);
            cpu.add_property(DeviceTreeProperty::new("reg", id).unwrap());
            cpus.add_child(cpu);
        }
        let nodes = [
            cpus,
            gic,
            node("psci", &[("compatible", "arm,psci-1.0"), ("method", "smc")]),
            node("chosen", &[("bootargs", "seed=3")]),
            with_reg("memory@40000000", &[("device_type", "memory")], &[0x4000_0000, 0x100_0000]),
            with_reg("uart@9000000", &[("compatible", "arm,pl011")], &[0x900_0000, 0x1000]),
            with_reg("watchdog@9010000", &[("compatible", "arm,sp805")], &[0x901_0000, 0x1000]),
        ];
        for node in nodes {
            if !without.iter().any(|name| dtoolkit::Node::name(&&node).starts_with(name)) {
                tree.root.add_child(node);
            }
        }
        tree.to_dtb()
    }

    fn gicv3() -> DeviceTreeNode {
        let reg = [0x800_0000, 0x1_0000, 0x80a_0000, 0x4_0000];
        with_reg("intc@8000000", &[("compatible", "arm,gic-v3")], &reg)
    }

    #[test]
    fn a_machine_is_read_whole() {
        let dtb = tree(gicv3(), &[]);
        let machine = Machine::from_fdt(&Fdt::new(&dtb).unwrap()).unwrap();
        let frames = GicFrames::V3 {
            distributor: Region { base: 0x800_0000, size: 0x1_0000 },
            redistributors: Region { base: 0x80a_0000, size: 0x4_0000 },
        };
        assert_eq!(machine.gic, frames);
        assert_eq!(machine.uart.base, 0x900_0000);
        assert_eq!(machine.conduit, Conduit::Smc);
        assert_eq!(&machine.cpus[..], [0, 0x101]);
        assert_eq!(&machine.memory[..], [Region { base: 0x4000_0000, size: 0x100_0000 }]);
        assert_eq!(machine.watchdogs.len(), 1);
        assert_eq!(machine.devices.len(), 4);
        assert_eq!(machine.bootargs, "seed=3");
    }

    #[test]
    fn gicv2_has_a_cpu_interface() {
        let reg = [0x800_0000, 0x1000, 0x801_0000, 0x2000];
        let dtb = tree(with_reg("intc@8000000", &[("compatible", "arm,cortex-a15-gic")], &reg), &[]);
        let machine = Machine::from_fdt(&Fdt::new(&dtb).unwrap()).unwrap();
        assert!(
            matches!(machine.gic, GicFrames::V2 { cpu_interface, .. } if cpu_interface.base == 0x801_0000)
        );
    }

    #[test]
    fn what_is_missing_is_named() {
        for (name, what) in
            [("memory", "memory"), ("uart", "arm,pl011"), ("psci", "psci"), ("intc", "gic-v3")]
        {
            let dtb = tree(gicv3(), &[name]);
            let error = Machine::from_fdt(&Fdt::new(&dtb).unwrap()).unwrap_err();
            assert!(error.to_string().contains(what), "{name}: {error}");
        }
    }

    #[test]
    fn free_ram_avoids_what_is_taken() {
        let dtb = tree(gicv3(), &[]);
        let machine = Machine::from_fdt(&Fdt::new(&dtb).unwrap()).unwrap();
        let top = Region { base: 0x40f0_0000, size: 0x10_0000 };
        assert_eq!(machine.free_ram(0x10_0000, 4096, &[]), Some(top));
        let taken = [Region { base: 0x40e8_0000, size: 0x17_ffff }];
        assert_eq!(machine.free_ram(0x10_0000, 0x1_0000, &taken).unwrap().base, 0x40d8_0000);
        assert_eq!(machine.free_ram(0x200_0000, 4096, &[]), None);
        let all = [Region { base: 0, size: u64::MAX }];
        assert_eq!(machine.free_ram(4096, 4096, &all), None);
    }
}
