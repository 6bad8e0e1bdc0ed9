// SPDX-License-Identifier: GPL-2.0-only
//! Compiles device tree sources with `dtc`, through the C preprocessor where they use it.

use std::ffi::OsStr;
use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Why a source did not become a device tree.
#[derive(Debug)]
pub enum DtsError {
    /// The source could not be read.
    Read(PathBuf, std::io::Error),
    /// A tool could not be started or fed.
    Tool(&'static str, std::io::Error),
    /// A tool refused the source; what it said.
    Refused(PathBuf, String),
}

impl fmt::Display for DtsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DtsError::Read(path, error) => write!(f, "{}: {error}", path.display()),
            DtsError::Tool(tool, error) => {
                write!(f, "`{tool}` could not be run: {error} (scripts/setup installs it)")
            }
            DtsError::Refused(path, said) => {
                write!(f, "{} does not compile:\n{}", path.display(), said.trim_end())
            }
        }
    }
}

impl std::error::Error for DtsError {}

/// A compiled source.
#[derive(Debug)]
pub struct Compiled {
    /// The device tree blob.
    pub dtb: Vec<u8>,
    /// What the compiler warned of, empty if nothing.
    pub warnings: String,
}

/// Compiles a DTS. A source with an `#include` line goes through the C preprocessor first.
///
/// # Errors
/// When the file cannot be read, a tool is missing, or the source has mistakes.
pub fn compile_dts(path: &Path) -> Result<Compiled, DtsError> {
    let source = std::fs::read(path).map_err(|error| DtsError::Read(path.into(), error))?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let preprocessed =
        source.split(|byte| *byte == b'\n').any(|line| line.trim_ascii_start().starts_with(b"#include"));
    let source = if preprocessed {
        let flags = ["-nostdinc", "-undef", "-D__DTS__", "-x", "assembler-with-cpp", "-I"];
        run("cpp", flags.iter().map(OsStr::new).chain([folder.as_os_str(), path.as_os_str()]), &[], path)?.dtb
    } else {
        source
    };
    let flags = ["-I", "dts", "-O", "dtb", "-o", "-", "-i"].map(OsStr::new);
    run("dtc", flags.into_iter().chain([folder.as_os_str(), OsStr::new("-")]), &source, path)
}

/// Runs a tool with the source on its standard input.
fn run<'a>(
    tool: &'static str,
    arguments: impl Iterator<Item = &'a OsStr>,
    input: &[u8],
    path: &Path,
) -> Result<Compiled, DtsError> {
    let failed = |error| DtsError::Tool(tool, error);
    let mut child = Command::new(tool)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    // A tool that stops reading early says why on its own; its status is what counts.
    let _ = child.stdin.take().map(|mut stdin| stdin.write_all(input));
    let output = child.wait_with_output().map_err(failed)?;
    // The tool read the source from standard input and names it so.
    let said = String::from_utf8_lossy(&output.stderr).replace("<stdin>", &path.display().to_string());
    if !output.status.success() {
        return Err(DtsError::Refused(path.into(), said));
    }
    Ok(Compiled { dtb: output.stdout, warnings: said.trim_end().to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(name: &str, text: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("board-config-{}-{name}.dts", std::process::id()));
        std::fs::write(&path, text).unwrap();
        path
    }

    #[test]
    fn compiles_and_names_the_file_in_errors() {
        let path = write("good", "/dts-v1/;\n/ { a = <1>; };\n");
        let compiled = compile_dts(&path).unwrap();
        assert_eq!(compiled.dtb[..4], [0xd0, 0x0d, 0xfe, 0xed]);
        std::fs::write(&path, "/dts-v1/;\n/ { a = <1> };\n").unwrap();
        let error = compile_dts(&path).unwrap_err().to_string();
        assert!(error.contains(&format!("{}:2", path.display())), "{error}");
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn preprocesses_a_source_with_includes() {
        let header = write("header", "#define ONE 1\n");
        let include = format!("#include \"{}\"\n/dts-v1/;\n/ {{ a = <ONE>; }};\n", header.display());
        let path = write("include", &include);
        assert!(compile_dts(&path).is_ok());
        std::fs::remove_file(path).unwrap();
        std::fs::remove_file(header).unwrap();
    }
}
