// SPDX-License-Identifier: GPL-2.0-only
//! The emulated machine of a board: its command line.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use board_config::{Board, Value};

use crate::{card, devicetree, emulator};

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
    /// The SD card.
    pub card: Card,
    /// Further arguments of the emulator.
    pub extra: Vec<String>,
}

/// The SD card in an emulated machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Card {
    /// The one that the board's `machine.sd` asks for. What is written to it is lost at the end.
    #[default]
    Board,
    /// None: the slot is empty.
    None,
    /// This image, and what is written to it stays.
    File(PathBuf),
}

/// An emulated machine with what it boots.
#[derive(Debug, Clone)]
pub struct Machine {
    program: PathBuf,
    arguments: Vec<String>,
    /// The image, or a Linux kernel for measurements without a hypervisor.
    pub kernel: PathBuf,
    /// The bundle of guests, or an initramfs.
    pub initrd: Option<PathBuf>,
    /// Boot arguments, if any.
    pub append: Option<String>,
    /// Whether a reset ends the emulator.
    pub no_reboot: bool,
    /// The device tree that the emulator hands over, if it makes none itself.
    pub dtb: Option<PathBuf>,
    extra: Vec<String>,
}

impl Machine {
    /// The machine of a board.
    ///
    /// # Errors
    /// When nothing emulates the board, or the emulator or the device tree for it cannot be made.
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
        let list = |option: &str| match board.get(option) {
            Some(Value::Strings(words)) => Ok(words.clone()),
            _ => Err(anyhow::anyhow!("boards/options.toml has no list `{option}`")),
        };
        let words = list("machine.qemu")?;
        ensure!(
            !words.is_empty(),
            "nothing emulates the board `{0}`: boards/{0}/board.toml sets no machine.qemu",
            board.id
        );
        let cpu = overrides.cpu.clone().map_or_else(|| text("machine.cpu"), Ok)?;
        let gic = overrides.gic.map_or_else(|| text("machine.gic"), |gic| Ok(gic.to_string()))?;
        let cpus = overrides.cpus.map_or_else(|| text("machine.cpus"), |cpus| Ok(cpus.to_string()))?;
        let memory = overrides.memory.clone().map_or_else(|| text("machine.memory"), Ok)?;
        for (place, option, wished) in
            [("{cpu}", "--cpu", overrides.cpu.is_some()), ("{gic}", "--gic", overrides.gic.is_some())]
        {
            ensure!(
                !wished || words.iter().any(|word| word.contains(place)),
                "the board `{}` has no choice: {option} does nothing with its machine.qemu",
                board.id
            );
        }
        let fill = |word: &String| word.replace("{gic}", &gic).replace("{cpu}", &cpu);
        let (program, arguments) = words.split_first().context("an empty machine.qemu")?;
        let mut arguments: Vec<String> = arguments.iter().map(fill).collect();
        arguments.extend(["-smp".into(), cpus, "-m".into(), memory]);
        if let Some(drive) = drive(board, &overrides.card, &text("machine.sd-slot")?)? {
            arguments.extend(["-drive".into(), drive]);
        }
        let handed_over = board.get("machine.dtb") == Some(&Value::Bool(true));
        Ok(Machine {
            program: emulator::program(program, &list("machine.patch")?)?,
            arguments,
            dtb: handed_over.then(|| devicetree::file(board)).transpose()?,
            kernel,
            initrd,
            append: None,
            no_reboot: false,
            extra: overrides.extra.clone(),
        })
    }

    /// The command with the serial line and the emulator's monitor on the terminal.
    pub fn interactive(&self) -> Command {
        self.with(&["-nographic"])
    }

    /// The command with the serial line on standard input and output, and nothing else there.
    pub fn piped(&self) -> Command {
        self.with(&["-display", "none", "-monitor", "none", "-serial", "stdio"])
    }

    fn with(&self, console: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).args(console).arg("-kernel").arg(&self.kernel);
        for (option, file) in [("-initrd", &self.initrd), ("-dtb", &self.dtb)] {
            if let Some(file) = file {
                command.arg(option).arg(file);
            }
        }
        if let Some(append) = &self.append {
            command.arg("-append").arg(append);
        }
        if self.no_reboot {
            command.arg("-no-reboot");
        }
        command.args(&self.extra);
        command
    }
}

/// What `-drive` is to be told of the SD card. The drive's name is `sd`, for those who pull it out.
fn drive(board: &Board, card: &Card, slot: &str) -> Result<Option<String>> {
    let (path, snapshot) = match card {
        Card::None => return Ok(None),
        Card::File(path) => (path.clone(), "off"),
        Card::Board => match card::of_board(board)? {
            Some(path) => (path, "on"),
            None => return Ok(None),
        },
    };
    // A comma ends an option's value; two stand for one.
    let path = path.display().to_string().replace(',', ",,");
    Ok(Some(format!("if=sd,index={slot},id=sd,format=raw,snapshot={snapshot},file={path}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{process, project};

    fn shown(overrides: &Overrides) -> String {
        let board = project::board("qemu-virt").unwrap();
        let machine = Machine::new(&board, overrides, "k".into(), Some("i".into())).unwrap();
        process::shown(&machine.piped())
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
            card: Card::File("a,b".into()),
            extra: vec!["-icount".into(), "shift=0".into()],
        });
        assert!(other.contains("gic-version=2") && other.contains("-cpu max"), "{other}");
        assert!(other.contains("-drive if=sd,index=0,id=sd,format=raw,snapshot=off,file=a,,b "), "{other}");
        assert!(other.contains("-smp 4 -m 176M") && other.ends_with("-icount shift=0"), "{other}");
    }
    #[test]
    fn what_a_board_does_not_have_cannot_be_chosen() {
        let board = project::board("zcu102").unwrap();
        let refused = |overrides: &Overrides| {
            Machine::new(&board, overrides, "k".into(), None).unwrap_err().to_string()
        };
        assert!(refused(&Overrides { cpu: Some("max".into()), ..Overrides::default() }).contains("--cpu"));
        assert!(refused(&Overrides { gic: Some(3), ..Overrides::default() }).contains("--gic"));
        let empty = Overrides { card: Card::None, ..Overrides::default() };
        let machine = Machine::new(&board, &empty, "k".into(), None).unwrap();
        let shown = process::shown(&machine.piped());
        assert!(shown.contains("zcu102/board.dtb") && !shown.contains("-drive"), "{shown}");
    }
}
