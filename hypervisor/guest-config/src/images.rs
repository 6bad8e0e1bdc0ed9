// SPDX-License-Identifier: GPL-2.0-only
//! `/images`: the files that are loaded into the guest's memory.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use arch::GuestPhysAddr;
use dtoolkit::Node;

use super::error::{Problems, Quote, one_of};
use super::node::Reader;

/// Longest name of a file.
const MAX_FILE_NAME: usize = 255;

/// What an image is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Node `kernel`: the guest starts in it.
    Kernel,
    /// Node `initrd`: its place is written into `/chosen` of the guest's DTB.
    Initrd,
    /// Any other node: loaded where the DTS says.
    Blob,
}

/// How a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// By its first bytes.
    Auto,
    /// An arm64 Linux `Image`, or one in a gzip file.
    Image,
    /// An ELF64 file for AArch64.
    Elf,
    /// Bytes as they are.
    Raw,
}

/// Values of the property `format`.
const FORMATS: &[(&str, Format)] =
    &[("auto", Format::Auto), ("image", Format::Image), ("elf", Format::Elf), ("raw", Format::Raw)];

/// One file to load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageConfig {
    /// What it is for.
    pub role: Role,
    /// Path of its node in the guest's DTS.
    pub path: String,
    /// Name of the file in the bundle.
    pub file: String,
    /// How to read it.
    pub format: Format,
    /// Where its first byte goes; `None` to let the loader choose.
    pub load: Option<GuestPhysAddr>,
    /// Where the guest starts, if not where the image says.
    pub entry: Option<GuestPhysAddr>,
}

/// Reads `/images`.
pub(super) fn read(reader: &Reader<'_>, problems: &mut Problems) -> Vec<ImageConfig> {
    reader.only(&[], problems);
    reader.children().filter_map(|child| read_image(&child, problems)).collect()
}

/// Reads one image node; `None` if it has no usable `file`.
fn read_image(reader: &Reader<'_>, problems: &mut Problems) -> Option<ImageConfig> {
    let role = match reader.node.name() {
        "kernel" => Role::Kernel,
        "initrd" => Role::Initrd,
        _ => Role::Blob,
    };
    let known: &[&str] = match role {
        Role::Kernel => &["file", "format", "load-address", "entry"],
        Role::Initrd => &["file", "load-address"],
        Role::Blob => &["file", "format", "load-address"],
    };
    reader.only(known, problems);
    reader.no_children(problems);
    let format = read_format(reader, problems);
    let load = reader.u64("load-address", problems).map(GuestPhysAddr);
    let entry = reader.u64("entry", problems).map(GuestPhysAddr);
    if role == Role::Blob && load.is_none() && format != Format::Elf && !reader.has("load-address") {
        let expected = "the address of the file's first byte (only format = \"elf\" needs none)";
        reader.problem("load-address", "nothing", expected, problems);
    }
    if role == Role::Kernel && format == Format::Raw && load.is_none() && !reader.has("load-address") {
        reader.problem("load-address", "nothing", "the address of the raw file's first byte", problems);
    }
    if !reader.has("file") {
        reader.problem("file", "nothing", "the name of a file in the bundle", problems);
    }
    let file = reader.string("file", problems)?;
    if file.len() > MAX_FILE_NAME || file.starts_with('/') || file.split('/').any(|part| part == "..") {
        let expected = "a relative name without '..', of at most 255 bytes";
        reader.problem("file", Quote(file), expected, problems);
        return None;
    }
    Some(ImageConfig { role, path: reader.path.clone(), file: file.to_string(), format, load, entry })
}

/// Reads the property `format`, by default `auto`.
fn read_format(reader: &Reader<'_>, problems: &mut Problems) -> Format {
    let Some(name) = reader.string("format", problems) else {
        return Format::Auto;
    };
    match FORMATS.iter().find(|(known, _)| *known == name) {
        Some((_, format)) => *format,
        None => {
            let names: Vec<&str> = FORMATS.iter().map(|(known, _)| *known).collect();
            reader.problem("format", format!("{}", Quote(name)), one_of(name, &names), problems);
            Format::Auto
        }
    }
}
