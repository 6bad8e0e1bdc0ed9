// SPDX-License-Identifier: GPL-2.0-only
//! Which clang compiles C for the image.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Error;

/// The version that the project is tested with.
const PREFERRED: u32 = 19;
/// The oldest that will do.
const OLDEST: u32 = 16;
/// The newest that is looked for by name.
const NEWEST: u32 = 24;

/// A clang, and the programs of LLVM that came with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clang {
    /// The program: a path or a name to be looked for in `PATH`.
    pub program: PathBuf,
    /// Its major version.
    pub version: u32,
}

impl Clang {
    /// Finds the compiler: `FERROVISOR_CLANG` if that is set, else clang-19, else another clang of
    /// version 16 or later.
    ///
    /// # Errors
    /// When there is none, with what was tried and what to install.
    pub fn find() -> Result<Clang, Error> {
        if let Some(wish) = env::var_os("FERROVISOR_CLANG").filter(|wish| !wish.is_empty()) {
            return Self::first(&[PathBuf::from(wish)]);
        }
        let mut names: Vec<PathBuf> = vec![format!("clang-{PREFERRED}").into()];
        names.extend((OLDEST..=NEWEST).rev().map(|version| format!("clang-{version}").into()));
        names.push("clang".into());
        Self::first(&names)
    }

    /// The first of these that runs and is recent enough.
    fn first(programs: &[PathBuf]) -> Result<Clang, Error> {
        let mut tried = Vec::new();
        for program in programs {
            match version(program) {
                Some(version) if version >= OLDEST => {
                    return Ok(Clang { program: program.clone(), version });
                }
                Some(version) => tried.push(format!("{} is version {version}", program.display())),
                // Names that were only guessed say nothing to the reader.
                None if programs.len() == 1 => tried.push(format!("{} does not run", program.display())),
                None => {}
            }
        }
        if tried.is_empty() {
            tried.push(format!("clang-{PREFERRED} and others were looked for"));
        }
        Err(Error::NoClang { tried })
    }

    /// A program of LLVM of the same version, such as `llvm-ar`.
    ///
    /// # Errors
    /// When it is not installed.
    pub fn tool(&self, name: &str) -> Result<PathBuf, Error> {
        let versioned = format!("{name}-{}", self.version);
        let beside = |name: &str| self.program.parent().map(|folder| folder.join(name));
        let candidates =
            [Some(PathBuf::from(&versioned)), beside(&versioned), beside(name), Some(name.into())];
        candidates
            .into_iter()
            .flatten()
            .find(|program| runs(program))
            .ok_or_else(|| Error::NoTool { name: name.into(), package: format!("llvm-{}", self.version) })
    }

    /// A command of this compiler.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        // Messages are read by programs.
        command.env("LC_ALL", "C").stdin(Stdio::null());
        command
    }
}

/// Whether a program can be started.
fn runs(program: &Path) -> bool {
    let status = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}

/// The major version of a clang, if it runs and is one.
fn version(program: &Path) -> Option<u32> {
    let output = Command::new(program).arg("--version").stdin(Stdio::null()).output().ok()?;
    major(&String::from_utf8_lossy(&output.stdout))
}

/// The major version in what `clang --version` prints.
fn major(text: &str) -> Option<u32> {
    text.split_once("clang version ")?.1.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        assert_eq!(major("Debian clang version 19.1.7 (3~deb12u1)\nTarget: x"), Some(19));
        assert_eq!(major("gcc (Debian 12.2.0-14) 12.2.0"), None);
    }

    #[test]
    fn a_missing_compiler_is_named_with_its_package() {
        let error = Clang::first(&["no-such-clang".into()]).unwrap_err().to_string();
        assert!(error.contains("no-such-clang does not run") && error.contains("clang-19"), "{error}");
    }

    #[test]
    fn a_missing_tool_is_named_with_its_package() {
        let clang = Clang { program: "/nowhere/clang".into(), version: 19 };
        let error = clang.tool("llvm-nothing").unwrap_err().to_string();
        assert!(error.contains("llvm-nothing") && error.contains("llvm-19"), "{error}");
    }
}
