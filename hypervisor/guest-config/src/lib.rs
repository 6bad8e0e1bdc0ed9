// SPDX-License-Identifier: GPL-2.0-only
//! The configuration of a guest: read from its DTS (as a DTB), checked, completed, and turned into the DTB that the
//! guest itself sees.
//!
//! The binding is described in `docs/guest-dts.md`. [`GuestConfig::parse`] reads a file with all that is known about
//! the host ([`Environment`]) and gives either a complete configuration, in which every address and interrupt is
//! assigned, or all that is wrong with the file ([`ConfigError`]). Nothing here looks at the bundle or at memory:
//! that is for the crate `vmm`, which is compiled for speed while this one is compiled for size. Reading needs the heap and a stack of 32 KiB; it may sleep.
#![forbid(unsafe_code)]
#![cfg_attr(not(any(test, feature = "testing")), no_std)]
#![cfg_attr(
    not(any(test, feature = "testing")),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::unreachable
    )
)]

extern crate alloc;

mod binding;
mod chosen;
mod device;
mod devices;
mod dtb;
mod error;
mod images;
mod layout;
mod memory;
mod node;
mod passthrough;
mod range;
mod root;
mod vcpus;

#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;

pub use binding::{Binding, NodeExtras, Trigger};
pub use device::{DeviceConfig, Interrupt, Properties};
pub use devices::SPIS;
pub use dtb::Placement;
pub use error::{ConfigError, MAX_PROBLEMS, Problem};
pub use images::{Format, ImageConfig, Role};
pub use node::{MAX_DEPTH, MAX_DTB, MAX_NODES, MAX_PROPERTIES};
pub use passthrough::{HostResources, PassthroughConfig, PassthroughRegion};
pub use range::*;
pub use vcpus::{DEFAULT_PRIORITY, EdfConfig, MAX_PRIORITY, VcpuConfig, mpidr};

use alloc::string::String;
use alloc::vec::Vec;

use dtoolkit::model::DeviceTree;

/// Most vCPUs of a guest.
pub const MAX_VCPUS: usize = 16;

/// Version of a guest's interrupt controller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GicVersion {
    /// GICv2: distributor and CPU interface in memory, at most 8 vCPUs.
    V2,
    /// GICv3: distributor and redistributors in memory, CPU interface in system registers.
    V3,
}

impl GicVersion {
    /// The `compatible` string of this version in a guest's DTB.
    pub const fn compatible(self) -> &'static str {
        match self {
            GicVersion::V2 => "arm,cortex-a15-gic",
            GicVersion::V3 => "arm,gic-v3",
        }
    }
}

/// A guest's interrupt controller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GicConfig {
    /// Version.
    pub version: GicVersion,
    /// Registers of the distributor.
    pub distributor: GuestRange,
    /// GICv2: registers of the CPU interface. GICv3: redistributors, 128 KiB for each vCPU, in their order.
    pub cpu: GuestRange,
}

/// What is known about the host when a guest's DTS is read.
#[derive(Clone, Copy)]
pub struct Environment<'a> {
    /// The emulated devices that there are; the first that has a `compatible` wins.
    pub bindings: &'a [&'a Binding],
    /// Versions of the interrupt controller that a guest can have here; the first is the default.
    pub gics: &'a [GicVersion],
    /// Size of a guest's physical address space in bits, at most 52.
    pub ipa_bits: u8,
    /// Most vCPUs of a guest, at most [`MAX_VCPUS`].
    pub max_vcpus: usize,
    /// Number of host CPUs, which affinity masks are checked against; 0 if it is not known.
    pub host_cpus: usize,
    /// Decides about pass-through; `None` to leave that unchecked.
    pub host: Option<&'a dyn HostResources>,
}

impl<'a> Environment<'a> {
    /// A host that can do everything, with the devices in `bindings`: for checks away from the machine.
    pub const fn any(bindings: &'a [&'a Binding]) -> Self {
        Self {
            bindings,
            gics: &[GicVersion::V3, GicVersion::V2],
            ipa_bits: 40,
            max_vcpus: MAX_VCPUS,
            host_cpus: 0,
            host: None,
        }
    }
}

/// Whether a guest's DTB has `autostart` in its root. A DTB that cannot be read does: then its problem is told.
pub fn wants_start(dtb: &[u8]) -> bool {
    use dtoolkit::Node;
    let tree = node::trim(dtb).unwrap_or(dtb);
    dtoolkit::fdt::Fdt::new(tree).map_or(true, |fdt| fdt.root().property("autostart").is_some())
}

/// A guest as its DTS describes it, complete and checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuestConfig {
    /// Name of the guest: that of its file without the extension.
    pub name: String,
    /// Whether the guest starts by itself when the hypervisor boots.
    pub autostart: bool,
    /// The vCPUs, at least one.
    pub vcpus: Vec<VcpuConfig>,
    /// RAM in rising order, at least one region, of whole pages, apart from each other and from all else.
    pub memory: Vec<GuestRange>,
    /// RAM that `/reserved-memory` of the DTS sets aside, and that is hidden: nothing is loaded there.
    pub reserved: Vec<GuestRange>,
    /// Files to load, in the order of the DTS; one of them is the kernel.
    pub images: Vec<ImageConfig>,
    /// The kernel's command line; empty if there is none.
    pub bootargs: String,
    /// The interrupt controller.
    pub gic: GicConfig,
    /// Emulated devices, in the order of the DTS.
    pub devices: Vec<DeviceConfig>,
    /// Devices of the host that the guest gets.
    pub passthrough: Vec<PassthroughConfig>,
    /// The guest's own device tree, complete but for what is known only when its images are loaded.
    tree: DeviceTree,
}

impl GuestConfig {
    /// Reads the DTB of a guest's DTS for a host about which nothing is known but the devices in `bindings`.
    pub fn from_dtb(name: &str, dtb: &[u8], bindings: &[&Binding]) -> Result<Self, ConfigError> {
        Self::parse(name, dtb, &Environment::any(bindings))
    }

    /// Reads the DTB of a guest's DTS.
    pub fn parse(name: &str, dtb: &[u8], env: &Environment<'_>) -> Result<Self, ConfigError> {
        let mut problems = error::Problems::default();
        let config =
            node::read_tree(dtb, &mut problems).and_then(|tree| root::read(name, &tree, env, &mut problems));
        problems.finish(name, config)
    }

    /// The region of RAM in which all of `range` lies.
    pub fn ram_at(&self, range: &GuestRange) -> Option<&GuestRange> {
        self.memory.iter().find(|region| region.contains(range))
    }
}
