// SPDX-License-Identifier: GPL-2.0-only
//! The emulated machine of a board: its command line.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use board_config::{Board, Value};

/// What a user may want other than the board says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// CPU type.
    pub cpu: Option<String>,
    /// Number of CPUs.
    pub cpus: Option<u32>,
    /// RAM, as the emulator reads it: `176M`.
    pub memory: Option<String>,
    /// GIC version.
    pub gic: Option<u32>,
    /// Further arguments of the emulator.
    pub extra: Vec<String>,
}

/// An emulated machine with what it boots.
#[derive(Debug, Clone)]
pub struct Machine {
    command: Vec<String>,
    /// The image, or a Linux kernel for measurements without a hypervisor.
    pub kernel: PathBuf,
    /// The bundle of guests, or an initramfs.
    pub initrd: Option<PathBuf>,
    /// Boot arguments, if any.
    pub append: Option<String>,
    /// Whether a reset ends the emulator.
    pub no_reboot: bool,
    extra: Vec<String>,
}

impl Machine {
    /// The machine of a board.
    ///
    /// # Errors
    /// When nothing emulates the board.
    pub fn new(
        board: &Board,
        overrides: &Overrides,
        kernel: PathBuf,
        initrd: Option<PathBuf>,
    ) -> Result<Machine> {
        let text = |option: &str| match board.get(option) {
            Some(Value::String(text)) => Ok(text.clone()),
            Some(value) => Ok(value.to_string().trim_matches('"').to_owned()),
            None => Err(anyhow::anyhow!("boards/options.toml has no option `{option}`")),
        };
        let Some(Value::Strings(words)) = board.get("machine.qemu") else {
            anyhow::bail!("boards/options.toml has no option `machine.qemu`");
        };
        ensure!(
            !words.is_empty(),
            "nothing emulates the board `{0}`: boards/{0}/board.toml sets no machine.qemu",
            board.id
        );
        let cpu = overrides.cpu.clone().map_or_else(|| text("machine.cpu"), Ok)?;
        let gic = overrides.gic.map_or_else(|| text("machine.gic"), |gic| Ok(gic.to_string()))?;
        let cpus = overrides.cpus.map_or_else(|| text("machine.cpus"), |cpus| Ok(cpus.to_string()))?;
        let memory = overrides.memory.clone().map_or_else(|| text("machine.memory"), Ok)?;
        let fill = |word: &String| word.replace("{gic}", &gic).replace("{cpu}", &cpu);
        let mut command: Vec<String> = words.iter().map(fill).collect();
        command.extend(["-smp".into(), cpus, "-m".into(), memory]);
        Ok(Machine {
            command,
            kernel,
            initrd,
            append: None,
            no_reboot: false,
            extra: overrides.extra.clone(),
        })
    }

    /// The command with the serial line and the emulator's monitor on the terminal.
    ///
    /// # Errors
    /// When the board's command is empty.
    pub fn interactive(&self) -> Result<Command> {
        self.with(&["-nographic"])
    }

    /// The command with the serial line on standard input and output, and nothing else there.
    ///
    /// # Errors
    /// When the board's command is empty.
    pub fn piped(&self) -> Result<Command> {
        self.with(&["-display", "none", "-monitor", "none", "-serial", "stdio"])
    }

    fn with(&self, console: &[&str]) -> Result<Command> {
        let (program, arguments) = self.command.split_first().context("an empty machine.qemu")?;
        let mut command = Command::new(program);
        command.args(arguments).args(console).arg("-kernel").arg(&self.kernel);
        if let Some(initrd) = &self.initrd {
            command.arg("-initrd").arg(initrd);
        }
        if let Some(append) = &self.append {
            command.arg("-append").arg(append);
        }
        if self.no_reboot {
            command.arg("-no-reboot");
        }
        command.args(&self.extra);
        Ok(command)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{process, project};

    fn shown(overrides: &Overrides) -> String {
        let board = project::board("qemu-virt").unwrap();
        let machine = Machine::new(&board, overrides, "k".into(), Some("i".into())).unwrap();
        process::shown(&machine.piped().unwrap())
    }

    #[test]
    fn the_board_decides_and_the_user_overrides() {
        let plain = shown(&Overrides::default());
        assert!(plain.contains("gic-version=3") && plain.contains("-cpu cortex-a53"), "{plain}");
        assert!(plain.contains("-smp 2 -m 1G") && plain.contains("-kernel k -initrd i"), "{plain}");
        let other = shown(&Overrides {
            cpu: Some("max".into()),
            cpus: Some(4),
            memory: Some("176M".into()),
            gic: Some(2),
            extra: vec!["-icount".into(), "shift=0".into()],
        });
        assert!(other.contains("gic-version=2") && other.contains("-cpu max"), "{other}");
        assert!(other.contains("-smp 4 -m 176M") && other.ends_with("-icount shift=0"), "{other}");
    }
}
