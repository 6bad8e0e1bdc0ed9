// SPDX-License-Identifier: GPL-2.0-only
//! The device tree that a guest sees: made from its configuration, so that nothing is written twice.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use dtoolkit::model::{DeviceTree, DeviceTreeNode, DeviceTreeProperty};
use dtoolkit::{Node, Property, ToPropertyValue};

use super::chosen::PATHS;
use super::device::{DeviceConfig, Interrupt};
use super::devices::{DeviceDraft, Drafts};
use super::error::Problems;
use super::node::{MAX_DTB, Reader};
use super::passthrough::PassthroughDraft;
use super::range::GuestRange;
use super::vcpus::mpidr;
use super::{ConfigError, GicConfig, GicVersion, GuestConfig};

/// Private peripheral interrupts of the architected timer as the guest numbers them (PPI n is INTID n + 16): secure
/// physical, non-secure physical, virtual, hypervisor (Arm BSA, section on PPI assignments).
const TIMER_PPIS: [u32; 4] = [13, 14, 11, 10];
/// Properties of a device node that are not taken over: they are written anew or are the host's business.
const REPLACED: &[&str] = &["reg", "interrupts", "interrupt-parent", "status"];

/// What is known only once the images are in the guest's memory.
#[derive(Clone, Debug, Default)]
pub struct Placement<'a> {
    /// Where the initrd lies; `None` if there is none.
    pub initrd: Option<GuestRange>,
    /// Random bytes for `/chosen/rng-seed`, fresh for each start; used unless the DTS has a seed of its own. Empty
    /// for no seed.
    pub rng_seed: &'a [u8],
}

impl GuestConfig {
    /// The guest's device tree as a DTB, the same for the same input.
    pub fn guest_dtb(&self, placement: &Placement<'_>) -> Result<Vec<u8>, ConfigError> {
        let mut tree = self.tree.clone();
        if let Some(chosen) = tree.root.child_mut("chosen") {
            if let Some(initrd) = placement.initrd {
                set(chosen, "linux,initrd-start", [high(initrd.base().0), low(initrd.base().0)]);
                set(chosen, "linux,initrd-end", [high(initrd.end().0), low(initrd.end().0)]);
            }
            if !placement.rng_seed.is_empty() && chosen.property("rng-seed").is_none() {
                set(chosen, "rng-seed", placement.rng_seed);
            }
        }
        let dtb = tree.to_dtb();
        let mut problems = Problems::default();
        if dtb.len() > MAX_DTB {
            problems.add("/", "", format!("a device tree of {} bytes", dtb.len()), "at most 512 KiB");
        }
        problems.finish(&self.name, Some(dtb))
    }
}

/// What the tree is made of.
pub(super) struct Parts<'p, 'a> {
    pub(super) root: &'p Reader<'a>,
    pub(super) vcpus: usize,
    pub(super) ram: &'p [GuestRange],
    pub(super) hidden: &'p [GuestRange],
    pub(super) gic: &'p GicConfig,
    pub(super) drafts: &'p Drafts<'a>,
    pub(super) devices: &'p [DeviceConfig],
    pub(super) chosen: Option<&'a DeviceTreeNode>,
    pub(super) aliases: Option<&'a DeviceTreeNode>,
}

/// Makes the guest's tree, but for initrd and seed. `None` after a problem.
pub(super) fn build(guest: &str, parts: Parts<'_, '_>, problems: &mut Problems) -> Option<DeviceTree> {
    let mut phandles = Phandles::of(parts.root);
    let gic_phandle = match parts.drafts.gic.as_ref().and_then(Reader::phandle) {
        Some(phandle) => phandle,
        None => phandles.next(),
    };
    check_interrupt_parents(&parts, gic_phandle, problems);
    let mut builder =
        Builder { tree: DeviceTree::new(), renamed: BTreeMap::new(), clocks: BTreeMap::new(), phandles };
    builder.root(guest, &parts, gic_phandle);
    builder.add(cpus(parts.vcpus), problems);
    builder.add(psci(), problems);
    builder.add(timer(parts.gic.version, parts.vcpus), problems);
    let gic = gic_node(&parts, gic_phandle);
    builder.add_renamed(parts.drafts.gic.as_ref().map(|reader| reader.node.name()), gic, problems);
    for range in parts.ram.iter().filter(|range| !parts.hidden.contains(range)) {
        builder.add(memory(range), problems);
    }
    for (draft, device) in parts.drafts.devices.iter().zip(parts.devices) {
        let node = builder.device(draft, device, gic_phandle);
        builder.add_renamed(Some(draft.node.name()), node, problems);
    }
    for draft in &parts.drafts.passthrough {
        builder.add_renamed(Some(draft.node.name()), passthrough(draft), problems);
    }
    for node in &parts.drafts.copied {
        let mut copy = (*node).clone();
        copy.remove_property("ferrovisor,copy");
        builder.add(copy, problems);
    }
    for (hz, phandle) in core::mem::take(&mut builder.clocks) {
        builder.add(clock(hz, phandle), problems);
    }
    builder.aliases(parts.aliases);
    builder.chosen(parts.chosen);
    Some(builder.tree)
}

/// The tree while it grows.
struct Builder {
    tree: DeviceTree,
    /// Names of nodes in the DTS and in the guest's tree, where they differ.
    renamed: BTreeMap<String, String>,
    /// Fixed clocks by frequency, with their phandles.
    clocks: BTreeMap<u32, u32>,
    phandles: Phandles,
}

impl Builder {
    /// Writes the properties of the root.
    fn root(&mut self, guest: &str, parts: &Parts<'_, '_>, gic: u32) {
        let root = &mut self.tree.root;
        for property in parts.root.node.properties() {
            if !matches!(property.name(), "autostart" | "interrupt-parent" | "#address-cells" | "#size-cells")
            {
                root.add_property(property.clone());
            }
        }
        set(root, "#address-cells", 2u32);
        set(root, "#size-cells", 2u32);
        set(root, "interrupt-parent", gic);
        if root.property("model").is_none() {
            set(root, "model", format!("Ferrovisor guest {guest}"));
        }
    }

    /// Adds a node to the root; a name that is there already is a problem.
    fn add(&mut self, node: DeviceTreeNode, problems: &mut Problems) {
        if self.tree.root.children().any(|other| other.name() == node.name()) {
            let path = format!("/{}", node.name());
            problems.add(&path, "", "a node of a name that is made for the guest", "another name");
            return;
        }
        self.tree.root.add_child(node);
    }

    /// Adds a node that had the name `from` in the DTS.
    fn add_renamed(&mut self, from: Option<&str>, node: DeviceTreeNode, problems: &mut Problems) {
        if let Some(from) = from {
            self.renamed.insert(from.to_string(), node.name().to_string());
        }
        self.add(node, problems);
    }

    /// The node of an emulated device; `gic`: the interrupt controller's phandle.
    fn device(&mut self, draft: &DeviceDraft<'_>, device: &DeviceConfig, gic: u32) -> DeviceTreeNode {
        let base = draft.node.name().split('@').next().unwrap_or_default();
        let mut node = DeviceTreeNode::new_unchecked(format!("{base}@{:x}", device.base.0));
        for (name, value) in device.extras.properties.iter().filter(|(name, _)| name == "compatible") {
            set(&mut node, name, value.as_slice());
        }
        take_over_properties(draft.node, &mut node);
        if draft.binding.children.is_empty() {
            draft.node.children().for_each(|child| node.add_child(child.clone()));
        }
        let range = GuestRange::new(device.base.0, device.size);
        let range = range.map(|range| range.first(device.extras.registers));
        set(&mut node, "reg", reg(range.as_slice()));
        if !device.extras.interrupt_map.is_empty() {
            set(&mut node, "interrupt-map", interrupt_map(device, gic));
        } else if !device.interrupts.is_empty() && !device.extras.no_interrupts {
            set(&mut node, "interrupts", interrupts(&device.interrupts));
        }
        for (name, value) in &device.extras.properties {
            if node.property(name).is_none() {
                set(&mut node, name, value.as_slice());
            }
        }
        if node.property("interrupt-controller").is_some() && node.property("#address-cells").is_none() {
            set(&mut node, "#address-cells", 0u32);
        }
        if !device.extras.clocks.is_empty() && node.property("clocks").is_none() {
            let Builder { clocks, phandles, .. } = self;
            let handles: Vec<u32> = device
                .extras
                .clocks
                .iter()
                .map(|(_, hz)| *clocks.entry(*hz).or_insert_with(|| phandles.next()))
                .collect();
            let names: Vec<&str> = device.extras.clocks.iter().map(|(name, _)| name.as_str()).collect();
            set(&mut node, "clocks", handles);
            set(&mut node, "clock-names", names);
        }
        node
    }

    /// Writes `/aliases`, with paths as they are in the guest's tree.
    fn aliases(&mut self, from: Option<&DeviceTreeNode>) {
        let Some(from) = from else {
            return;
        };
        let mut node = DeviceTreeNode::new_unchecked("aliases");
        for property in from.properties().filter(|property| property.name() != "phandle") {
            set(&mut node, property.name(), self.rename(property.value()).as_slice());
        }
        self.tree.root.add_child(node);
    }

    /// Writes `/chosen`, which every guest has.
    fn chosen(&mut self, from: Option<&DeviceTreeNode>) {
        let mut node = from.cloned().unwrap_or_else(|| DeviceTreeNode::new_unchecked("chosen"));
        for name in PATHS {
            if let Some(property) = node.property_mut(name) {
                let value = self.rename((&*property).value());
                property.set_value(value);
            }
        }
        self.tree.root.add_child(node);
    }

    /// A path of the DTS as it is in the guest's tree: the name of the node below the root may have changed.
    fn rename(&self, value: &[u8]) -> Vec<u8> {
        let unchanged = || value.to_vec();
        let Some(path) = core::str::from_utf8(value).ok().and_then(|text| text.strip_prefix('/')) else {
            return unchanged();
        };
        let end = path.find(['/', ':', '\0']).unwrap_or(path.len());
        let (name, rest) = path.split_at(end);
        let same = |known: &&String| *known == name || known.split('@').next() == Some(name);
        match self.renamed.keys().find(same).and_then(|known| self.renamed.get(known)) {
            Some(new) => format!("/{new}{rest}").into_bytes(),
            None => unchanged(),
        }
    }
}

/// Hands out phandles that the DTS does not use.
struct Phandles {
    used: BTreeSet<u32>,
    last: u32,
}

impl Phandles {
    fn of(root: &Reader<'_>) -> Self {
        fn collect(reader: &Reader<'_>, used: &mut BTreeSet<u32>) {
            used.extend(reader.phandle());
            reader.children().for_each(|child| collect(&child, used));
        }
        let mut used = BTreeSet::new();
        collect(root, &mut used);
        Self { used, last: 0x7fff }
    }

    fn next(&mut self) -> u32 {
        loop {
            self.last += 1;
            if self.used.insert(self.last) {
                return self.last;
            }
        }
    }
}

/// Notes an `interrupt-parent` at the root or in one of our nodes that is not the guest's interrupt controller.
fn check_interrupt_parents(parts: &Parts<'_, '_>, gic: u32, problems: &mut Problems) {
    let devices = parts.drafts.devices.iter().map(|draft| draft.node);
    let nodes = devices.chain(parts.drafts.passthrough.iter().map(|draft| draft.node));
    for node in nodes.chain([parts.root.node]) {
        let value = node.properties().find(|property| property.name() == "interrupt-parent");
        if value.is_some_and(|property| property.value() != gic.to_be_bytes()) {
            let expected = "the guest's interrupt controller (the property may be left out)";
            problems.add(&format!("/{}", node.name()), "interrupt-parent", "another node", expected);
        }
    }
}

/// Sets a property, replacing one of the same name.
fn set(node: &mut DeviceTreeNode, name: &str, value: impl ToPropertyValue) {
    node.add_property(DeviceTreeProperty::new_unchecked(name, value));
}

/// Copies all properties and children that are the guest's business and not there yet.
fn take_over(from: &DeviceTreeNode, to: &mut DeviceTreeNode) {
    take_over_properties(from, to);
    for child in from.children() {
        to.add_child(child.clone());
    }
}

/// Copies all properties that are the guest's business and not there yet.
fn take_over_properties(from: &DeviceTreeNode, to: &mut DeviceTreeNode) {
    for property in from.properties() {
        let name = property.name();
        if !REPLACED.contains(&name) && !name.starts_with("ferrovisor,") && to.property(name).is_none() {
            to.add_property(property.clone());
        }
    }
}

const fn high(value: u64) -> u32 {
    (value >> 32) as u32
}

const fn low(value: u64) -> u32 {
    value as u32
}

/// Address and size in two cells each.
fn reg(ranges: &[GuestRange]) -> Vec<u32> {
    let cells = |range: &GuestRange| {
        let (base, size) = (range.base().0, range.size());
        [high(base), low(base), high(size), low(size)]
    };
    ranges.iter().flat_map(cells).collect()
}

/// Which interrupt of `device` each of the devices on it has, by the GIC's phandle. The GIC has no address cells.
fn interrupt_map(device: &DeviceConfig, gic: u32) -> Vec<u32> {
    let mut cells = Vec::new();
    for (child, index) in &device.extras.interrupt_map {
        cells.extend_from_slice(child);
        cells.push(gic);
        cells.extend(device.interrupts.get(*index).into_iter().flat_map(specifier));
    }
    cells
}

/// SPIs in the GIC's three cells.
fn interrupts(list: &[Interrupt]) -> Vec<u32> {
    list.iter().flat_map(specifier).collect()
}

/// An SPI in the GIC's three cells.
fn specifier(interrupt: &Interrupt) -> [u32; 3] {
    [0, interrupt.intid.saturating_sub(32), interrupt.trigger.cell()]
}

fn cpus(count: usize) -> DeviceTreeNode {
    let mut cpus = DeviceTreeNode::new_unchecked("cpus");
    set(&mut cpus, "#address-cells", 1u32);
    set(&mut cpus, "#size-cells", 0u32);
    for index in 0..count {
        let affinity = mpidr(index);
        let mut cpu = DeviceTreeNode::new_unchecked(format!("cpu@{affinity:x}"));
        set(&mut cpu, "device_type", "cpu");
        set(&mut cpu, "compatible", "arm,armv8");
        set(&mut cpu, "reg", low(affinity));
        set(&mut cpu, "enable-method", "psci");
        cpus.add_child(cpu);
    }
    cpus
}

fn psci() -> DeviceTreeNode {
    let mut node = DeviceTreeNode::new_unchecked("psci");
    set(&mut node, "compatible", ["arm,psci-1.0", "arm,psci-0.2"].as_slice());
    set(&mut node, "method", "hvc");
    node
}

/// The architected timer. With a GICv2 the third cell of a PPI also has a mask of CPUs, in bits 15:8.
fn timer(version: GicVersion, vcpus: usize) -> DeviceTreeNode {
    let mask = match version {
        GicVersion::V2 => (1u32 << vcpus.min(8)) - 1,
        GicVersion::V3 => 0,
    };
    let cells: Vec<u32> = TIMER_PPIS.iter().flat_map(|ppi| [1, *ppi, mask << 8 | 4]).collect();
    let mut node = DeviceTreeNode::new_unchecked("timer");
    set(&mut node, "compatible", "arm,armv8-timer");
    set(&mut node, "interrupts", cells);
    set(&mut node, "always-on", [0u8; 0]);
    node
}

fn gic_node(parts: &Parts<'_, '_>, phandle: u32) -> DeviceTreeNode {
    let from = parts.drafts.gic.as_ref();
    let base = from.map_or("interrupt-controller", Reader::base_name);
    let mut node = DeviceTreeNode::new_unchecked(format!("{base}@{:x}", parts.gic.distributor.base().0));
    set(&mut node, "compatible", parts.gic.version.compatible());
    set(&mut node, "reg", reg(&[parts.gic.distributor, parts.gic.cpu]));
    set(&mut node, "interrupt-controller", [0u8; 0]);
    set(&mut node, "#interrupt-cells", 3u32);
    set(&mut node, "#address-cells", 0u32);
    set(&mut node, "phandle", phandle);
    if let Some(reader) = from {
        take_over(reader.node, &mut node);
    }
    node
}

fn memory(range: &GuestRange) -> DeviceTreeNode {
    let mut node = DeviceTreeNode::new_unchecked(format!("memory@{:x}", range.base().0));
    set(&mut node, "device_type", "memory");
    set(&mut node, "reg", reg(&[*range]));
    node
}

fn passthrough(draft: &PassthroughDraft<'_>) -> DeviceTreeNode {
    let regions: Vec<GuestRange> = draft.config.regions.iter().map(|region| region.guest).collect();
    let name = match regions.first() {
        Some(first) => format!("{}@{:x}", draft.config.name, first.base().0),
        None => draft.config.name.clone(),
    };
    let mut node = DeviceTreeNode::new_unchecked(name);
    if !regions.is_empty() {
        set(&mut node, "reg", reg(&regions));
    }
    if !draft.config.interrupts.is_empty() {
        set(&mut node, "interrupts", interrupts(&draft.config.interrupts));
    }
    take_over(draft.node, &mut node);
    node
}

fn clock(hz: u32, phandle: u32) -> DeviceTreeNode {
    let mut node = DeviceTreeNode::new_unchecked(format!("clock-{hz}"));
    set(&mut node, "compatible", "fixed-clock");
    set(&mut node, "#clock-cells", 0u32);
    set(&mut node, "clock-frequency", hz);
    set(&mut node, "phandle", phandle);
    node
}
