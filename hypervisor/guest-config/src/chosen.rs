// SPDX-License-Identifier: GPL-2.0-only
//! `/chosen` and `/aliases`: checked, and kept to be taken over into the guest's DTB.

use alloc::format;
use alloc::string::{String, ToString};

use dtoolkit::model::{DeviceTree, DeviceTreeNode};
use dtoolkit::{Node, Property};

use super::error::{Problems, Quote};
use super::node::Reader;

/// Longest kernel command line: what arm64 Linux takes, without the NUL.
const MAX_BOOTARGS: usize = 2047;
/// Properties of `/chosen` that are written when the images are loaded.
const GENERATED: &[&str] = &["linux,initrd-start", "linux,initrd-end"];
/// Properties of `/chosen` that hold the path of a node.
pub(super) const PATHS: &[&str] = &["stdout-path", "stdin-path", "linux,stdout-path"];

/// What `/chosen` and `/aliases` say.
pub(super) struct Chosen<'a> {
    /// The command line; empty if there is none.
    pub(super) bootargs: String,
    /// The node.
    pub(super) node: Option<&'a DeviceTreeNode>,
    /// `/aliases`.
    pub(super) aliases: Option<&'a DeviceTreeNode>,
}

/// Reads both nodes. `tree` is the whole DTS, in which paths are looked up.
pub(super) fn read<'a>(
    chosen: Option<&Reader<'a>>,
    aliases: Option<&Reader<'a>>,
    tree: &DeviceTree,
    problems: &mut Problems,
) -> Chosen<'a> {
    if let Some(reader) = aliases {
        reader.no_children(problems);
        for property in reader.node.properties() {
            check_path(reader, property.name(), tree, problems);
        }
    }
    let mut bootargs = "";
    if let Some(reader) = chosen {
        for property in reader.node.properties() {
            let name = property.name();
            if GENERATED.contains(&name) || name.starts_with("ferrovisor,") {
                reader.problem(
                    name,
                    "this property",
                    "none: it is written when the guest is created",
                    problems,
                );
            }
        }
        if reader.value("bootargs").is_some_and(|value| value != [0]) {
            bootargs = reader.string("bootargs", problems).unwrap_or_default();
        }
        if bootargs.len() > MAX_BOOTARGS {
            let expected = format!("at most {MAX_BOOTARGS}");
            reader.problem("bootargs", format!("{} characters", bootargs.len()), expected, problems);
        }
        for name in PATHS.iter().filter(|name| reader.has(name)) {
            check_stdout(reader, name, aliases, tree, problems);
        }
    }
    Chosen {
        bootargs: bootargs.to_string(),
        node: chosen.map(|reader| reader.node),
        aliases: aliases.map(|reader| reader.node),
    }
}

/// Notes an alias that is not the path of a node.
fn check_path(reader: &Reader<'_>, name: &str, tree: &DeviceTree, problems: &mut Problems) {
    if let Some(path) = reader.string(name, problems)
        && (!path.starts_with('/') || tree.find_node(path).is_none())
    {
        reader.problem(name, Quote(path), "the path of a node, such as '/uart0' or &uart0", problems);
    }
}

/// Notes a console path that names neither a node nor an alias. Options may follow a colon.
fn check_stdout(
    reader: &Reader<'_>,
    name: &str,
    aliases: Option<&Reader<'_>>,
    tree: &DeviceTree,
    problems: &mut Problems,
) {
    let Some(value) = reader.string(name, problems) else {
        return;
    };
    let path = value.split(':').next().unwrap_or(value);
    let known = match path.starts_with('/') {
        true => tree.find_node(path).is_some(),
        false => aliases.is_some_and(|aliases| aliases.has(path)),
    };
    if !known {
        reader.problem(name, Quote(value), "the path of a node or a name in /aliases", problems);
    }
}
