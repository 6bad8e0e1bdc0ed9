// SPDX-License-Identifier: GPL-2.0-only
//! What can go wrong in this crate.

use alloc::string::String;
use core::fmt;

use crate::block::BlockError;

/// Result of this crate's functions.
pub type Result<T, E = Error> = core::result::Result<T, E>;

/// Why a request was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// A serial port of this name is open already.
    PortExists {
        /// The name that was asked for.
        name: String,
    },
    /// No serial port has this name.
    NoSuchPort {
        /// The name that was asked for.
        name: String,
    },
    /// The heap has no room for a buffer.
    NoMemory {
        /// What the buffer is for.
        what: &'static str,
        /// Size asked for, in bytes.
        bytes: usize,
    },
    /// There is a disk of this name already.
    DiskExists {
        /// The name that was asked for.
        name: String,
    },
    /// No disk has this name.
    NoDisk {
        /// The name that was asked for.
        name: String,
        /// The names there are, with commas between them.
        known: String,
    },
    /// A disk has no such partition.
    NoPartition {
        /// The disk.
        disk: String,
        /// The number that was asked for.
        number: u32,
        /// The numbers there are, with commas between them.
        known: String,
    },
    /// Somebody uses the disk or partition, or a part of it.
    DiskInUse {
        /// Which.
        name: String,
        /// Who.
        owner: String,
        /// Whether for writing.
        writes: bool,
    },
    /// A disk failed.
    Disk {
        /// The disk or partition.
        name: String,
        /// How.
        why: BlockError,
    },
    /// No switch has this name.
    NoSwitch {
        /// The name that was asked for.
        name: String,
        /// The names there are, with commas between them.
        known: String,
    },
    /// A port of a switch cannot be as asked.
    Port {
        /// The switch.
        switch: String,
        /// The port.
        port: String,
        /// Why not.
        why: &'static str,
    },
    /// There is no file system that is known.
    NoFileSystem {
        /// The disk or partition.
        volume: String,
    },
    /// A file cannot be read as asked.
    Path {
        /// Which.
        path: String,
        /// Why not.
        why: &'static str,
    },
    /// A file system is damaged, or has features that are not known.
    Damaged {
        /// The file or volume that was read.
        path: String,
        /// What was found.
        what: String,
    },
}

impl Error {
    /// Something about a path.
    pub(crate) fn path(path: &str, why: &'static str) -> Self {
        Error::Path { path: path.into(), why }
    }

    /// The error with the path that it is about, if it has none.
    pub(crate) fn within(mut self, name: &str) -> Self {
        if let Error::Path { path, .. } | Error::Damaged { path, .. } = &mut self
            && path.is_empty()
        {
            *path = name.into();
        }
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::PortExists { name } => {
                write!(f, "serial port '{name}' is open already: give the UART another name")
            }
            Error::NoSuchPort { name } => {
                write!(f, "no serial port '{name}': the ports are those of created guests")
            }
            Error::NoMemory { what, bytes } => write!(f, "no memory for {what}: {bytes} bytes"),
            Error::DiskExists { name } => write!(f, "there is a disk '{name}' already"),
            Error::NoDisk { name, known } if known.is_empty() => {
                write!(f, "no disk '{name}': there are no disks")
            }
            Error::NoDisk { name, known } => write!(f, "no disk '{name}': there are {known}"),
            Error::NoPartition { disk, number, known } => {
                let known = if known.is_empty() { "none" } else { known };
                write!(f, "disk {disk} has no partition {number}: it has {known}")
            }
            Error::DiskInUse { name, owner, writes: true } => {
                write!(f, "{name}: {owner} writes it: no other may use it meanwhile")
            }
            Error::DiskInUse { name, owner, writes: false } => {
                write!(f, "{name}: {owner} reads it: no other may write it meanwhile")
            }
            Error::Disk { name, why } => write!(f, "{name}: {why}"),
            Error::NoSwitch { name, known } if known.is_empty() => {
                write!(f, "no switch '{name}': there are no switches")
            }
            Error::NoSwitch { name, known } => write!(f, "no switch '{name}': there are {known}"),
            Error::Port { switch, port, why } => write!(f, "port '{port}' of switch {switch}: {why}"),
            Error::NoFileSystem { volume } => {
                write!(f, "{volume}: no file system found, expected FAT, ext2, ext3 or ext4")
            }
            Error::Path { path, why } => write!(f, "{path}: {why}"),
            Error::Damaged { path, what } => write!(f, "{path}: damaged or unknown file system: {what}"),
        }
    }
}

impl core::error::Error for Error {}
