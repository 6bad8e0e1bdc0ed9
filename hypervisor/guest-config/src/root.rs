// SPDX-License-Identifier: GPL-2.0-only
//! The root of a guest's DTS: sorts its nodes and puts the configuration together.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use dtoolkit::Node;
use dtoolkit::model::DeviceTree;

use super::chosen::{self, Chosen};
use super::devices::{self, Drafts};
use super::dtb;
use super::error::{Problems, Quote};
use super::images::{self, ImageConfig, Role};
use super::layout;
use super::node::Reader;
use super::{Environment, GuestConfig, memory, vcpus};

/// The `compatible` of a guest's DTS.
const COMPATIBLE: &str = "ferrovisor,guest";
/// Properties of the root.
const PROPERTIES: &[&str] = &[
    "compatible",
    "model",
    "autostart",
    "#address-cells",
    "#size-cells",
    "interrupt-parent",
    "serial-number",
];

/// The nodes of the root that have a meaning of their own.
#[derive(Default)]
struct Sections<'a> {
    vcpus: Option<Reader<'a>>,
    images: Option<Reader<'a>>,
    chosen: Option<Reader<'a>>,
    aliases: Option<Reader<'a>>,
    ram: memory::Ram,
    drafts: Drafts<'a>,
}

/// Reads the whole tree; `None` after a problem that leaves nothing to make a configuration of.
pub(super) fn read(
    name: &str,
    tree: &DeviceTree,
    env: &Environment<'_>,
    problems: &mut Problems,
) -> Option<GuestConfig> {
    let before = problems.count();
    let root = Reader::root(tree);
    read_root(&root, problems);
    let sections = sort(&root, env, problems);
    check_phandles(&root, &mut BTreeSet::new(), problems);
    if sections.ram.all.is_empty() && !root.node.children().any(|node| node.name().starts_with("memory")) {
        problems.add("/", "", "no memory node", "memory { size = <0x0 0x10000000>; } or the like");
    }
    let vcpus = vcpus::read(sections.vcpus.as_ref(), env, problems);
    let images = read_images(sections.images.as_ref(), problems);
    let chosen = chosen::read(sections.chosen.as_ref(), sections.aliases.as_ref(), tree, problems);
    let mut drafts = sections.drafts;
    let (ram, hidden) = (sections.ram.all, sections.ram.hidden);
    let gic = devices::read_gic(drafts.gic.as_ref(), vcpus.len(), env, problems);
    let devices = layout::assign(&ram, gic.as_ref(), &drafts, env, problems);
    let gic = gic?;
    if problems.count() != before {
        return None;
    }
    let Chosen { bootargs, node: chosen_node, aliases } = chosen;
    let parts = dtb::Parts {
        root: &root,
        vcpus: vcpus.len(),
        ram: &ram,
        hidden: &hidden,
        gic: &gic,
        drafts: &drafts,
        devices: &devices,
        chosen: chosen_node,
        aliases,
    };
    let guest_tree = dtb::build(name, parts, problems)?;
    drafts.reserved.extend(hidden);
    Some(GuestConfig {
        name: name.to_string(),
        autostart: root.has("autostart"),
        vcpus,
        memory: ram,
        reserved: drafts.reserved,
        images,
        bootargs,
        gic,
        devices,
        passthrough: drafts.passthrough.into_iter().map(|draft| draft.config).collect(),
        tree: guest_tree,
    })
}

/// Checks the properties of the root itself.
fn read_root(root: &Reader<'_>, problems: &mut Problems) {
    root.only(PROPERTIES, problems);
    root.flag("autostart", problems);
    let compatible = root.strings("compatible", problems).unwrap_or_default();
    if !compatible.contains(&COMPATIBLE) {
        let found = compatible.first().map_or("nothing".to_string(), |first| Quote(first).to_string());
        root.problem("compatible", found, format!("'{COMPATIBLE}'"), problems);
    }
    for cells in ["#address-cells", "#size-cells"] {
        root.u32(cells, 2..=2, problems);
    }
    root.string("model", problems);
}

/// Puts each node of the root where it belongs.
fn sort<'a>(root: &Reader<'a>, env: &'a Environment<'a>, problems: &mut Problems) -> Sections<'a> {
    let mut sections = Sections::default();
    for reader in root.children() {
        let name = reader.node.name();
        match name {
            "vcpus" => sections.vcpus = Some(reader),
            "images" => sections.images = Some(reader),
            "chosen" => sections.chosen = Some(reader),
            "aliases" => sections.aliases = Some(reader),
            "cpus" => {
                reader.problem("", "this node", "/vcpus, from which the guest's /cpus is made", problems)
            }
            "psci" => reader.problem("", "this node", "none: it is made for every guest", problems),
            _ if name.starts_with("__") => {}
            _ if reader.base_name() == "memory" => memory::read(&reader, &mut sections.ram, problems),
            _ if reader.value("compatible").is_some_and(|value| value.starts_with(b"arm,armv8-timer")) => {
                reader.problem("", "the architected timer", "none: it is made for every guest", problems);
            }
            _ => devices::read(reader, env, &mut sections.drafts, problems),
        }
    }
    sections
}

/// Reads `/images` and checks that there is exactly one kernel.
fn read_images(reader: Option<&Reader<'_>>, problems: &mut Problems) -> Vec<ImageConfig> {
    let Some(reader) = reader else {
        problems.add("/", "", "no images node", "images { kernel { file = \"...\"; }; }");
        return Vec::new();
    };
    let images = images::read(reader, problems);
    if !reader.node.children().any(|node| node.name() == "kernel") {
        reader.problem(
            "",
            "no node 'kernel'",
            "kernel { file = \"...\"; }, which the guest starts in",
            problems,
        );
    }
    debug_assert!(images.iter().filter(|image| image.role == Role::Kernel).count() <= 1);
    images
}

/// Notes phandles that stand twice in the tree.
fn check_phandles(reader: &Reader<'_>, seen: &mut BTreeSet<u32>, problems: &mut Problems) {
    if let Some(phandle) = reader.phandle()
        && !seen.insert(phandle)
    {
        reader.problem("phandle", format!("{phandle:#x}"), "a number that no other node has", problems);
    }
    for child in reader.children() {
        check_phandles(&child, seen, problems);
    }
}
