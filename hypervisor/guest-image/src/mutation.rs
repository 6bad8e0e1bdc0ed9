// SPDX-License-Identifier: GPL-2.0-only
//! Malformed input: mutated DTBs, images and bundles, each made from a number, go the whole way from the bundle to a
//! loaded guest. Every one gives a guest or an error with a message; none panics or takes long.

use std::time::{Duration, Instant};

use dtoolkit::fdt::Fdt;
use dtoolkit::model::{DeviceTree, DeviceTreeNode, DeviceTreeProperty};
use dtoolkit::{Node, Property};

use super::tests::{Ram, elf_file, gzip, image};
use super::*;
use crate::bundle::Bundle;
use crate::bundle::tests::archive;
use guest_config::testing::{BINDINGS, dtc, guests};

/// The longest that one case may take; a slow machine is allowed for.
const LONGEST: Duration = Duration::from_secs(60);
/// Guests with more RAM than this are not loaded in the test.
const MOST_RAM: u64 = 16 << 20;

/// Numbers from a seed (xorshift64*).
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    fn below(&mut self, bound: usize) -> usize {
        self.next() as usize % bound.max(1)
    }

    /// A number of the kind that bounds checks get wrong.
    fn number(&mut self) -> u32 {
        const EDGES: [u32; 12] =
            [0, 1, 2, 3, 4, 0x10, 0x1000, 0x7fff_ffff, 0x8000_0000, 0xffff_f000, 0xffff_fffe, u32::MAX];
        match self.below(3) {
            0 => self.next() as u32,
            _ => EDGES[self.below(EDGES.len())],
        }
    }
}

/// Changes some bytes of `data`.
fn mutate_bytes(data: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..=random.below(4) {
        if data.is_empty() {
            return;
        }
        let at = random.below(data.len());
        match random.below(7) {
            0 => data[at] ^= 1 << random.below(8),
            1 => data[at] = random.next() as u8,
            2 => data.truncate(at),
            3 => {
                let aligned = at & !3;
                let number = random.number().to_be_bytes();
                data.iter_mut().skip(aligned).zip(number).for_each(|(byte, new)| *byte = new);
            }
            4 => {
                let end = (at + random.below(64)).min(data.len());
                let copy = data[at..end].to_vec();
                let to = random.below(data.len());
                data.splice(to..to, copy);
            }
            5 => {
                let end = (at + random.below(64)).min(data.len());
                data.drain(at..end);
            }
            _ => {
                // The header of a DTB and the first headers of an archive are worth more attention.
                let at = random.below(data.len().min(128)) & !3;
                let number = random.number().to_be_bytes();
                data.iter_mut().skip(at).zip(number).for_each(|(byte, new)| *byte = new);
            }
        }
    }
}

/// A node of the tree, by number.
fn pick<'t>(node: &'t mut DeviceTreeNode, number: &mut usize) -> Option<&'t mut DeviceTreeNode> {
    if *number == 0 {
        return Some(node);
    }
    *number -= 1;
    node.children_mut().find_map(|child| pick(child, number))
}

/// Changes the meaning of a tree that stays well-formed: values, names, and what stands where.
fn mutate_tree(dtb: &[u8], random: &mut Random) -> Vec<u8> {
    let mut tree = DeviceTree::from_fdt(&Fdt::new(dtb).unwrap());
    for _ in 0..=random.below(3) {
        let mut number = random.below(24);
        let Some(node) = pick(&mut tree.root, &mut number) else {
            continue;
        };
        let names: Vec<String> = node.properties().map(|property| property.name().to_string()).collect();
        let children: Vec<String> = node.children().map(|child| child.name().to_string()).collect();
        let name = names.get(random.below(names.len())).cloned();
        match (random.below(8), name) {
            (0, Some(name)) => drop(node.remove_property(&name)),
            (1, Some(name)) => {
                let cells: Vec<u32> = (0..random.below(9)).map(|_| random.number()).collect();
                node.add_property(DeviceTreeProperty::new_unchecked(name, cells));
            }
            (2 | 3, Some(name)) => {
                let mut value = node.property_mut(&name).map(|p| (&*p).value().to_vec()).unwrap_or_default();
                mutate_bytes(&mut value, random);
                node.add_property(DeviceTreeProperty::new_unchecked(name, value));
            }
            (4, Some(name)) => {
                let value = node.property_mut(&name).map(|p| (&*p).value().to_vec()).unwrap_or_default();
                let other =
                    ["reg", "interrupts", "compatible", "status", "size", "file", "ferrovisor,passthrough"];
                node.add_property(DeviceTreeProperty::new_unchecked(other[random.below(other.len())], value));
            }
            (5, _) if !children.is_empty() => {
                drop(node.remove_child(&children[random.below(children.len())]))
            }
            (6, _) => {
                let names = [
                    "memory",
                    "vcpu99",
                    "edf",
                    "kernel",
                    "cpus",
                    "x@0",
                    "__symbols__",
                    "reserved-memory",
                    "a",
                ];
                let copy = node.clone();
                let mut renamed = DeviceTreeNode::new_unchecked(names[random.below(names.len())]);
                copy.properties().for_each(|property| renamed.add_property(property.clone()));
                copy.children().take(4).for_each(|child| renamed.add_child(child.clone()));
                node.add_child(renamed);
            }
            _ => {
                let mut nested = DeviceTreeNode::new_unchecked("n");
                for _ in 0..random.below(24) {
                    let mut outer = DeviceTreeNode::new_unchecked("n");
                    outer.add_child(nested);
                    nested = outer;
                }
                node.add_child(nested);
            }
        }
    }
    tree.to_dtb()
}

/// What happened to the cases, so that the test can show that it reaches all of the code.
#[derive(Debug, Default)]
struct Outcomes {
    bundle_errors: usize,
    config_errors: usize,
    image_errors: usize,
    loaded: usize,
}

/// Takes a bundle as far as it goes.
fn run(bytes: &[u8], outcomes: &mut Outcomes) {
    let started = Instant::now();
    let bundle = Bundle::open(bytes);
    for error in bundle.errors() {
        outcomes.bundle_errors += 1;
        assert!(error.to_string().starts_with("bundle: at byte"));
    }
    for (name, dtb) in bundle.guests() {
        match GuestConfig::from_dtb(name, dtb, BINDINGS) {
            Ok(config) => load_guest(&config, &bundle, outcomes),
            Err(error) => {
                outcomes.config_errors += 1;
                assert!(!error.problems.is_empty());
                assert!(
                    error.to_string().lines().all(|line| line.starts_with(&format!("guest {name}: "))),
                    "{error}"
                );
            }
        }
    }
    assert!(started.elapsed() < LONGEST, "a case took {:?}", started.elapsed());
}

/// Loads a guest, unless that would need too much memory here.
fn load_guest(config: &GuestConfig, bundle: &Bundle<'_>, outcomes: &mut Outcomes) {
    assert!(!config.vcpus.is_empty() && !config.memory.is_empty());
    let dtb = config.guest_dtb(&Placement::default()).unwrap();
    assert!(Fdt::new(&dtb).is_ok());
    let total: u64 = config.memory.iter().fold(0, |sum, region| sum.saturating_add(region.size()));
    if total > MOST_RAM {
        return;
    }
    let options = LoadOptions { rng_seed: &[1; 32], granules: Granules::ALL };
    match load(config, bundle, &Ram::of(config), &options) {
        Ok(loaded) => {
            outcomes.loaded += 1;
            assert!(loaded.written.iter().all(|range| config.ram_at(range).is_some()));
        }
        Err(error) => {
            outcomes.image_errors += 1;
            assert!(error.to_string().starts_with(&format!("guest {}: ", config.name)), "{error}");
        }
    }
}

/// A guest of 8 MiB with devices of all kinds, and its images.
fn small_guest() -> (Vec<u8>, Vec<(&'static str, Vec<u8>)>) {
    let text = "/dts-v1/; / { compatible = \"ferrovisor,guest\"; #address-cells = <2>; #size-cells = <2>; autostart;
        vcpus { count = <2>; edf { budget-us = <1000>; period-us = <2000>; }; vcpu1 { priority = <2>; }; };
        memory@40000000 { reg = <0 0x40000000 0 0x800000>; };
        images { kernel { file = \"Image\"; }; initrd { file = \"initrd\"; };
                 blob { file = \"blob\"; load-address = <0x40700000>; }; elf { file = \"elf\"; format = \"elf\"; }; };
        chosen { bootargs = \"quiet\"; stdout-path = &uart; }; aliases { serial0 = &uart; };
        uart: uart { compatible = \"arm,pl011\"; }; gpio { compatible = \"arm,pl061\"; reg = <0 0x9000000 0 0x1000>; };
        disk { compatible = \"virtio,mmio\"; interrupts = <0 5 1>; };
        host@a000000 { ferrovisor,passthrough; reg = <0 0xa000000 0 0x1000>; interrupts = <0 9 4>; };
        keys { compatible = \"gpio-keys\"; }; };";
    let kernel = gzip(&image(60_000, 0, 0x10_0000, 0xa));
    let elf = elf_file(0x4060_0000, &[(0, 0x4060_0000, b"segment", 0x100)]);
    let files =
        vec![("Image", kernel), ("initrd", vec![0x55; 3000]), ("blob", b"blob".to_vec()), ("elf", elf)];
    (dtc("dts", "dtb", text.as_bytes()).0, files)
}

/// A bundle of the guest `dtb` and `files`.
fn bundle_of(dtb: &[u8], files: &[(&'static str, Vec<u8>)]) -> Vec<u8> {
    let mut list = vec![("guests/g.dtb", dtb)];
    list.extend(files.iter().map(|(name, data)| (*name, data.as_slice())));
    archive(&list)
}

#[test]
fn the_unchanged_guest_loads() {
    let (dtb, files) = small_guest();
    let mut outcomes = Outcomes::default();
    run(&bundle_of(&dtb, &files), &mut outcomes);
    assert_eq!(outcomes.loaded, 1, "{outcomes:?}");
}

#[test]
fn mutated_device_trees() {
    let (small, files) = small_guest();
    let mut seeds: Vec<Vec<u8>> = vec![small.clone(), small];
    seeds.extend(guests().iter().map(|(_, text)| dtc("dts", "dtb", text).0));
    let mut outcomes = Outcomes::default();
    for seed in 0..3000 {
        let mut random = Random::new(seed);
        let original = &seeds[seed as usize % seeds.len()];
        let mut dtb = match random.below(3) {
            0 => original.clone(),
            _ => mutate_tree(original, &mut random),
        };
        if random.below(3) == 0 {
            mutate_bytes(&mut dtb, &mut random);
        }
        run(&bundle_of(&dtb, &files), &mut outcomes);
    }
    assert!(
        outcomes.config_errors > 500 && outcomes.loaded > 50 && outcomes.image_errors > 10,
        "{outcomes:?}"
    );
}

#[test]
fn mutated_images() {
    let (dtb, files) = small_guest();
    let mut outcomes = Outcomes::default();
    for seed in 0..600 {
        let mut random = Random::new(seed);
        let mut files = files.clone();
        if random.below(2) == 0 {
            files[0].1 = image(60_000, 0, 0x10_0000, 0xa);
        }
        for (_, data) in &mut files {
            if random.below(2) == 0 {
                mutate_bytes(data, &mut random);
            }
        }
        run(&bundle_of(&dtb, &files), &mut outcomes);
    }
    assert!(outcomes.image_errors > 100 && outcomes.loaded > 50, "{outcomes:?}");
}

#[test]
fn mutated_bundles() {
    let (dtb, files) = small_guest();
    let original = bundle_of(&dtb, &files);
    let mut outcomes = Outcomes::default();
    for seed in 0..1500 {
        let mut random = Random::new(seed);
        let mut bytes = original.clone();
        mutate_bytes(&mut bytes, &mut random);
        if random.below(2) == 0 {
            // Something in a header: the fields are hexadecimal digits.
            let headers: Vec<usize> = bytes
                .windows(6)
                .enumerate()
                .filter(|(_, magic)| magic == b"070701")
                .map(|(at, _)| at)
                .collect();
            if let Some(header) = headers.get(random.below(headers.len())) {
                let digits = format!("{:08x}", random.number());
                let at = header + 6 + 8 * random.below(13);
                bytes.iter_mut().skip(at).zip(digits.bytes()).for_each(|(byte, digit)| *byte = digit);
            }
        }
        run(&bytes, &mut outcomes);
    }
    assert!(outcomes.bundle_errors > 200 && outcomes.loaded > 50, "{outcomes:?}");
}
