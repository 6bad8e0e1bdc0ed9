// SPDX-License-Identifier: GPL-2.0-only
//! The other nodes at the root of a guest's DTS: interrupt controller, emulated devices, pass-through, and nodes that
//! are copied as they are.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use arch::GuestPhysAddr;
use dtoolkit::model::DeviceTreeNode;
use dtoolkit::{Node, Property};

use super::binding::{Binding, NodeExtras, Trigger};
use super::device::{DeviceConfig, Interrupt, Properties};
use super::error::{Problems, Quote, nearest};
use super::node::{Reader, join};
use super::passthrough::{self, PassthroughDraft};
use super::range::{
    GICC_BASE, GICC_SIZE, GICD_BASE, GICD_SIZE_V2, GICD_SIZE_V3, GICR_BASE, GICR_STRIDE, GuestRange,
};
use super::{Environment, GicConfig, GicVersion};

/// First and last shared peripheral interrupt (GIC INTID).
pub const SPIS: core::ops::RangeInclusive<u32> = 32..=1019;
/// `compatible` entries of an interrupt controller in a guest's DTS.
const GICS: &[(&str, GicVersion)] = &[
    ("arm,gic-v3", GicVersion::V3),
    ("arm,cortex-a15-gic", GicVersion::V2),
    ("arm,gic-400", GicVersion::V2),
];
/// Most vCPUs with a GICv2: its target registers have 8 bits.
const GICV2_VCPUS: usize = 8;
/// Marks a node that the guest's DTB takes over as it is.
const COPY: &str = "ferrovisor,copy";
/// Marks a node whose registers are the host's.
pub(super) const PASSTHROUGH: &str = "ferrovisor,passthrough";

/// An emulated device before its addresses and interrupts are assigned.
pub(super) struct DeviceDraft<'a> {
    pub(super) node: &'a DeviceTreeNode,
    pub(super) path: String,
    pub(super) compatible: String,
    pub(super) binding: &'a Binding,
    pub(super) range: Option<GuestRange>,
    pub(super) interrupts: Option<Vec<Interrupt>>,
    pub(super) properties: Properties,
}

impl DeviceDraft<'_> {
    /// The devices behind this one.
    #[inline(never)]
    pub(super) fn children(&self) -> Vec<DeviceConfig> {
        let none = |_: &&DeviceTreeNode| !self.binding.children.is_empty();
        let children = self.node.children().filter(none).map(|node| DeviceConfig {
            name: node.name().to_string(),
            path: join(&self.path, node.name()),
            compatible: String::new(),
            base: GuestPhysAddr(0),
            size: 0,
            interrupts: Vec::new(),
            properties: properties(node),
            children: Vec::new(),
            extras: NodeExtras::default(),
        });
        children.collect()
    }
}

/// All properties of a node.
fn properties(node: &DeviceTreeNode) -> Properties {
    let all = node.properties().map(|property| (property.name().to_string(), property.value().to_vec()));
    Properties(all.collect())
}

/// All nodes of the root that are neither ours nor dropped, sorted by kind.
#[derive(Default)]
pub(super) struct Drafts<'a> {
    pub(super) gic: Option<Reader<'a>>,
    pub(super) devices: Vec<DeviceDraft<'a>>,
    pub(super) passthrough: Vec<PassthroughDraft<'a>>,
    pub(super) copied: Vec<&'a DeviceTreeNode>,
    pub(super) reserved: Vec<GuestRange>,
}

/// Sorts one node of the root into `drafts`.
pub(super) fn read<'a>(
    reader: Reader<'a>,
    env: &'a Environment<'a>,
    drafts: &mut Drafts<'a>,
    problems: &mut Problems,
) {
    let status = reader.string("status", problems).unwrap_or("okay");
    let compatible = match reader.has("compatible") {
        true => reader.strings("compatible", problems).unwrap_or_default(),
        false => Vec::new(),
    };
    if reader.has(PASSTHROUGH) {
        if status != "disabled" {
            drafts.passthrough.extend(passthrough::read(&reader, env, problems));
        }
        return;
    }
    if compatible.iter().any(|name| GICS.iter().any(|(known, _)| known == name)) {
        match &drafts.gic {
            Some(first) => {
                let expected = format!("one interrupt controller ({})", first.path);
                reader.problem("", "a second interrupt controller", expected, problems);
            }
            None => drafts.gic = Some(reader),
        }
        return;
    }
    let all = || env.bindings.iter().copied();
    let found = compatible
        .iter()
        .find_map(|name| Some((*name, all().find(|binding| binding.compatible.contains(name))?)));
    match found {
        Some(_) if status == "disabled" => {}
        Some((name, binding)) => drafts.devices.extend(read_device(&reader, name, binding, problems)),
        None => read_copied(&reader, &compatible, all(), drafts, problems),
    }
}

/// Reads an emulated device.
fn read_device<'a>(
    reader: &Reader<'a>,
    compatible: &str,
    binding: &'a Binding,
    problems: &mut Problems,
) -> Option<DeviceDraft<'a>> {
    let before = problems.count();
    for property in reader.node.properties() {
        let name = property.name();
        if name.starts_with("ferrovisor,") && !binding.options.contains(&name) {
            let expected = super::error::one_of(name, binding.options);
            reader.problem(
                name,
                format!("an option that the {} does not have", binding.title),
                expected,
                problems,
            );
        }
    }
    if reader.has("interrupts-extended") {
        reader.problem(
            "interrupts-extended",
            "this property",
            "'interrupts' in an emulated device",
            problems,
        );
    }
    let range = match reader.has("reg") {
        true => read_device_reg(reader, binding, problems),
        false => None,
    };
    let interrupts = match reader.has("interrupts") {
        true => read_interrupts(reader, problems),
        false => None,
    };
    if let Some(list) = &interrupts
        && list.len() < binding.irqs
    {
        let expected = format!("at least {} for the {}", binding.irqs, binding.title);
        reader.problem("interrupts", format!("{} interrupts", list.len()), expected, problems);
    }
    if !binding.children.is_empty() {
        for child in reader.children() {
            child.only(binding.children, problems);
            child.no_children(problems);
        }
    }
    (problems.count() == before).then(|| DeviceDraft {
        node: reader.node,
        path: reader.path.clone(),
        compatible: compatible.to_string(),
        binding,
        range,
        interrupts,
        properties: properties(reader.node),
    })
}

/// Reads `reg` of an emulated device: one range.
fn read_device_reg(reader: &Reader<'_>, binding: &Binding, problems: &mut Problems) -> Option<GuestRange> {
    let pairs = reader.pairs("reg", problems)?;
    let [(base, size)] = pairs.as_slice() else {
        reader.problem("reg", format!("{} ranges", pairs.len()), "one address and size", problems);
        return None;
    };
    match GuestRange::new(*base, *size) {
        Some(range) if range.size() >= binding.reg_size && base.is_multiple_of(8) => Some(range),
        _ => {
            let expected = format!(
                "at least {:#x} bytes for the {}, at a multiple of 8",
                binding.reg_size.max(1),
                binding.title
            );
            reader.problem("reg", format!("{size:#x} bytes at {base:#x}"), expected, problems);
            None
        }
    }
}

/// Reads `interrupts` in the GIC's form of three cells; only SPIs. `None` after a problem.
pub(super) fn read_interrupts(reader: &Reader<'_>, problems: &mut Problems) -> Option<Vec<Interrupt>> {
    let cells = reader.cells("interrupts", problems)?;
    let (specifiers, rest) = cells.as_chunks::<3>();
    if !rest.is_empty() {
        let expected = "three cells for each interrupt: <0 SPI-number flags>";
        reader.problem("interrupts", format!("{} cells", cells.len()), expected, problems);
        return None;
    }
    let mut list = Vec::new();
    for &[kind, number, flags] in specifiers {
        let intid = number.checked_add(*SPIS.start()).filter(|intid| kind == 0 && SPIS.contains(intid));
        let trigger = match flags & 0xf {
            1 => Some(Trigger::Edge),
            4 => Some(Trigger::Level),
            _ => None,
        };
        match (intid, trigger) {
            (Some(intid), Some(trigger)) => list.push(Interrupt { intid, trigger }),
            _ => {
                let expected =
                    "<0 N F> with N from 0 to 987 (SPI N is INTID N + 32) and F 4 (level) or 1 (rising edge)";
                reader.problem("interrupts", format!("<{kind} {number} {flags}>"), expected, problems);
                return None;
            }
        }
    }
    Some(list)
}

/// Takes a node over as it is, if that can have been meant.
fn read_copied<'a, 'f>(
    reader: &Reader<'a>,
    compatible: &[&str],
    bindings: impl Iterator<Item = &'f Binding>,
    drafts: &mut Drafts<'a>,
    problems: &mut Problems,
) {
    for property in reader.node.properties() {
        let name = property.name();
        if name.starts_with("ferrovisor,") && name != COPY {
            let expected = super::error::one_of(name, &[COPY, PASSTHROUGH]);
            reader.problem(name, "an option of no known device", expected, problems);
        }
    }
    let is_reserved_memory = reader.base_name() == "reserved-memory";
    let known: Vec<&str> = bindings.flat_map(|binding| binding.compatible.iter().copied()).collect();
    if reader.has("reg") && !reader.flag(COPY, problems) && !is_reserved_memory {
        let names = compatible.first().map(|name| format!("{}", Quote(name)));
        let found = match names {
            Some(name) => format!("{name}, for which there is no emulator"),
            None => "nothing, in a node with 'reg'".to_string(),
        };
        let near = compatible.iter().find_map(|name| nearest(name, known.iter().copied()));
        let expected = match near {
            Some(near) => format!("'{near}' perhaps; for a node to be copied as it is, add '{COPY};'"),
            None => format!("an emulated device; for a node to be copied as it is, add '{COPY};'"),
        };
        reader.problem("compatible", found, expected, problems);
        return;
    }
    for child in reader.children() {
        check_copied_child(&child, &known, problems);
        if is_reserved_memory && child.has("reg") {
            let ranges = child.pairs("reg", problems).unwrap_or_default();
            drafts.reserved.extend(ranges.into_iter().filter_map(|(base, size)| GuestRange::new(base, size)));
        }
    }
    drafts.copied.push(reader.node);
}

/// Emulated and pass-through devices stand at the root only: notes one that is deeper, where it would be lost.
fn check_copied_child(reader: &Reader<'_>, known: &[&str], problems: &mut Problems) {
    let compatible = reader.value("compatible").unwrap_or_default();
    let emulated = compatible
        .split(|byte| *byte == 0)
        .filter_map(|name| core::str::from_utf8(name).ok())
        .find(|name| known.contains(name));
    if let Some(name) = emulated {
        let expected = "emulated devices at the root of the tree";
        reader.problem("compatible", format!("{} inside another node", Quote(name)), expected, problems);
    }
    for property in reader.node.properties().filter(|property| property.name().starts_with("ferrovisor,")) {
        reader.problem(
            property.name(),
            "this option inside another node",
            "it at the root of the tree",
            problems,
        );
    }
    for child in reader.children() {
        check_copied_child(&child, known, problems);
    }
}

/// The guest's interrupt controller: as the DTS says, or the host's kind at the default addresses.
pub(super) fn read_gic(
    reader: Option<&Reader<'_>>,
    vcpus: usize,
    env: &Environment<'_>,
    problems: &mut Problems,
) -> Option<GicConfig> {
    let version = match reader {
        None => env.gics.first().copied(),
        Some(reader) => reader
            .strings("compatible", problems)
            .unwrap_or_default()
            .iter()
            .find_map(|name| GICS.iter().find(|(known, _)| known == name))
            .map(|(_, version)| *version),
    };
    let path = reader.map_or("/", |reader| reader.path.as_str());
    let Some(version) = version else {
        problems.add(
            path,
            "compatible",
            "no interrupt controller on the host",
            "a host with a GICv2 or GICv3",
        );
        return None;
    };
    if !env.gics.contains(&version) {
        let have: Vec<&str> = env.gics.iter().map(|version| version.compatible()).collect();
        problems.add(
            path,
            "compatible",
            Quote(version.compatible()),
            format!("what the host can offer: {}", have.join(", ")),
        );
    }
    if version == GicVersion::V2 && vcpus > GICV2_VCPUS {
        problems.add("/vcpus", "count", vcpus, format!("at most {GICV2_VCPUS} with a GICv2"));
    }
    let (distributor, cpu) = match version {
        GicVersion::V2 => ((GICD_BASE, GICD_SIZE_V2), (GICC_BASE, GICC_SIZE)),
        GicVersion::V3 => ((GICD_BASE, GICD_SIZE_V3), (GICR_BASE, GICR_STRIDE * vcpus as u64)),
    };
    let mut config = GicConfig {
        version,
        distributor: GuestRange::new(distributor.0, distributor.1)?,
        cpu: GuestRange::new(cpu.0, cpu.1)?,
    };
    if let Some(reader) = reader {
        for property in reader.node.properties().filter(|property| property.name().starts_with("ferrovisor,"))
        {
            reader.problem(property.name(), "this option", "none in an interrupt controller", problems);
        }
        reader.no_children(problems);
        if reader.has("reg") {
            read_gic_reg(reader, &mut config, problems);
        }
    }
    Some(config)
}

/// Reads `reg` of the interrupt controller: distributor, then CPU interface or redistributors. A GICv2 may name the
/// ranges of its virtual interface besides, which a guest does not get.
fn read_gic_reg(reader: &Reader<'_>, config: &mut GicConfig, problems: &mut Problems) {
    let Some(pairs) = reader.pairs("reg", problems) else {
        return;
    };
    let least = [config.distributor.size(), config.cpu.size()];
    let align = match config.version {
        GicVersion::V2 => 0x1000,
        GicVersion::V3 => 0x1_0000,
    };
    let ranges: Vec<Option<GuestRange>> = pairs
        .iter()
        .zip(least)
        .map(|((base, size), least)| {
            GuestRange::new(*base, *size).filter(|r| *size >= least && r.is_aligned(align))
        })
        .collect();
    match ranges.as_slice() {
        [Some(distributor), Some(cpu)] if pairs.len() == 2 || config.version == GicVersion::V2 => {
            // The registers that there are; a bigger 'reg' is allowed, but nothing is behind the rest of it.
            config.distributor = distributor.first(least[0]);
            config.cpu = cpu.first(least[1]);
        }
        _ => {
            let found: Vec<String> =
                pairs.iter().take(4).map(|(base, size)| format!("{base:#x}+{size:#x}")).collect();
            let expected = format!(
                "the distributor ({:#x} bytes) and the {} ({:#x} bytes), each a multiple of {align:#x}",
                least[0],
                if config.version == GicVersion::V2 { "CPU interface" } else { "redistributors" },
                least[1]
            );
            reader.problem("reg", found.join(", "), expected, problems);
        }
    }
}
