// SPDX-License-Identifier: GPL-2.0-only
//! The pages of `docs/` that are made of the sources: the terminal's reference and the table of options.

use std::fs;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};

use crate::project;
use crate::toolchain::host_cargo;

/// The documentation that lists all options.
const OPTIONS: &str = "docs/boards.md";

/// The text of [`OPTIONS`] with the table that the schema gives.
fn options() -> Result<String> {
    const START: &str = "by `cargo xtask docs` -->\n";
    const END: &str = "<!-- end of the table -->";
    let text = fs::read_to_string(project::root().join(OPTIONS))
        .with_context(|| format!("cannot read {OPTIONS}"))?;
    let (before, rest) =
        text.split_once(START).with_context(|| format!("{OPTIONS} has no place for the table"))?;
    let (_, after) = rest.split_once(END).with_context(|| format!("{OPTIONS}: the table has no end"))?;
    let mut table = String::from("| option | type | default | what |\n|---|---|---|---|\n");
    for option in project::schema()?.options {
        let mut help = option.help.lines().collect::<Vec<_>>().join(" ").replace('|', "\\|");
        if let Some(depends) = &option.depends {
            let relation = if depends.equal { "=" } else { "!=" };
            help += &format!(" *Only if `{} {relation} {}`.*", depends.option, depends.value);
        }
        if !option.image {
            help += " *For the tools.*";
        }
        table += &format!("| `{}` | {} | `{}` | {help} |\n", option.name, option.kind, option.default);
    }
    Ok(format!("{before}{START}{table}{END}{after}"))
}

/// The management terminal's reference.
const TERMINAL: &str = "docs/terminal.md";

/// What the commands say of themselves.
fn terminal() -> Result<Vec<u8>> {
    let mut command = host_cargo("run");
    command.args(["--quiet", "--package", "guest-check", "--", "--terminal"]);
    let output = command.stdin(Stdio::null()).output().context("cannot run cargo")?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(output.stdout)
}

/// Writes the pages anew and says which.
///
/// # Errors
/// When something cannot be built or written.
pub fn write() -> Result<()> {
    for (page, text) in [(OPTIONS, options()?.into_bytes()), (TERMINAL, terminal()?)] {
        fs::write(project::root().join(page), text).with_context(|| format!("cannot write {page}"))?;
        println!("{page}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_lists_the_options_as_they_are() {
        let text = fs::read_to_string(project::root().join(OPTIONS)).unwrap();
        assert!(text == options().unwrap(), "run `cargo xtask docs`");
    }
}
