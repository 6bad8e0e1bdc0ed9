// SPDX-License-Identifier: GPL-2.0-only
//! What can go wrong before a C file is compiled.

use std::fmt;
use std::path::PathBuf;

use board_config::Diagnostics;

/// Why a driver cannot be read, or its sources cannot be had.
#[derive(Debug)]
pub enum Error {
    /// No clang that is recent enough.
    NoClang {
        /// What was tried, and what came of it.
        tried: Vec<String>,
    },
    /// A program of LLVM that belongs to clang is missing.
    NoTool {
        /// Its name.
        name: String,
        /// The package that has it.
        package: String,
    },
    /// A file or folder cannot be read or written.
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// A `driver.toml` has mistakes.
    Toml(Diagnostics),
    /// No driver has this name.
    UnknownDriver {
        /// The name.
        name: String,
        /// Who asked for it: another driver, or whoever gave the list.
        by: String,
        /// The name that was perhaps meant.
        help: Option<String>,
    },
    /// Drivers that need each other in a ring.
    Ring(Vec<String>),
    /// The sources of Linux are not there.
    NoLinux(PathBuf),
    /// The tree of Linux does not have a file that a driver names.
    NotInLinux {
        /// The driver.
        driver: String,
        /// The path from the root of the tree.
        path: String,
    },
    /// A file of the tree is not what the package holds.
    Changed(PathBuf),
    /// A file with exports that cannot be understood.
    Exports {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
}

impl Error {
    /// An error of the file system, with the file's name.
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Error {
        let path = path.into();
        move |error| Error::File { path, error }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::NoClang { tried } => write!(
                f,
                "C drivers are compiled with clang 16 or later, and there is none ({}). \
                 Install the package clang-19 (./scripts/setup does), or set FERROVISOR_CLANG",
                tried.join("; ")
            ),
            Error::NoTool { name, package } => {
                write!(f, "there is no `{name}`. Install the package {package} (./scripts/setup does)")
            }
            Error::File { path, error } => write!(f, "{}: {error}", path.display()),
            Error::Toml(diagnostics) => diagnostics.fmt(f),
            Error::UnknownDriver { name, by, help } => {
                write!(f, "{by}: there is no driver `{name}` in ported-drivers/")?;
                help.as_ref().map_or(Ok(()), |help| write!(f, " ({help})"))
            }
            Error::Ring(names) => write!(f, "drivers that need each other in a ring: {}", names.join(" -> ")),
            Error::NoLinux(folder) => write!(
                f,
                "the sources of Linux 6.12 are not in {}: `cargo xtask driver fetch` gets them",
                folder.display()
            ),
            Error::NotInLinux { driver, path } => {
                write!(f, "ported-drivers/{driver}/driver.toml: Linux 6.12 has no file `{path}`")
            }
            Error::Changed(path) => write!(
                f,
                "{} is not the file that Debian's package holds; nothing is built from it. \
                 Delete .cache/linux-6.12 and run `cargo xtask driver fetch`, \
                 or make a local driver of your own version",
                path.display()
            ),
            Error::Exports { file, line, message } => write!(f, "{file}:{line}: {message}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<Diagnostics> for Error {
    fn from(diagnostics: Diagnostics) -> Self {
        Error::Toml(diagnostics)
    }
}
