// SPDX-License-Identifier: GPL-2.0-only
//! The machine that measurements run on, bare and with the hypervisor.

use std::io::Write;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use super::BenchArgs;
use crate::image::{self, Profile};
use crate::project;
use crate::qemu::{Machine, Overrides};
use crate::run::Bundle;
use crate::session::Session;

/// The longest that one run may take. Counted time does not depend on it.
const LIMIT: Duration = Duration::from_secs(900);
/// One nanosecond of guest time is one instruction; waiting takes no time.
pub const COUNTED: [&str; 2] = ["-icount", "shift=0,sleep=off"];

/// What a bare machine boots.
pub struct Bare {
    /// A kernel or a guest of our own.
    pub kernel: PathBuf,
    /// An initramfs.
    pub initrd: Option<PathBuf>,
    /// Boot arguments.
    pub append: Option<String>,
    /// RAM.
    pub memory: String,
    /// CPUs.
    pub cpus: u32,
    /// Further arguments of the emulator, such as devices.
    pub extra: Vec<String>,
}

/// Starts the board's machine without EL2 on `what`, as if there were no hypervisor in the world.
///
/// # Errors
/// When the emulator cannot be started.
pub fn bare(args: &BenchArgs, what: Bare) -> Result<Session> {
    Session::start(&mut without_el2(&with(args, what)?), LIMIT, copy(args))
}

/// Starts the board's machine on another hypervisor.
///
/// # Errors
/// When the emulator cannot be started.
pub fn with_el2(args: &BenchArgs, what: Bare) -> Result<Session> {
    Session::start(&mut with(args, what)?, LIMIT, copy(args))
}

fn with(args: &BenchArgs, what: Bare) -> Result<Command> {
    let mut overrides = overrides(what.cpus, Some(what.memory));
    overrides.extra.extend(what.extra);
    let mut machine = Machine::new(&project::board(&args.board)?, &overrides, what.kernel, what.initrd)?;
    machine.append = what.append;
    Ok(machine.piped())
}

/// The bare machine's virtio devices, a disk of so many bytes and two network devices with a wire between them, if it is
/// a machine that has a place for them. Their work costs no instructions.
///
/// # Errors
/// When there is no such board.
pub fn devices(args: &BenchArgs, disk: u64) -> Result<Vec<String>> {
    let machine = project::board(&args.board)?.get("machine.qemu").map_or(String::new(), ToString::to_string);
    if !machine.contains("\"virt,") {
        return Ok(Vec::new());
    }
    let devices = format!(
        "-global virtio-mmio.force-legacy=false \
        -blockdev driver=null-co,node-name=disk,size={disk},read-zeroes=on -device virtio-blk-device,drive=disk \
        -netdev hubport,id=net0,hubid=0 -device virtio-net-device,netdev=net0,mac=02:00:00:00:00:01 \
        -netdev hubport,id=net1,hubid=0 -device virtio-net-device,netdev=net1,mac=02:00:00:00:00:02"
    );
    Ok(devices.split_whitespace().map(str::to_owned).collect())
}

/// Starts the board's machine with the hypervisor's release image and a bundle of guests.
///
/// # Errors
/// When something cannot be built, or the emulator cannot be started.
pub fn hypervisor(args: &BenchArgs, cpus: u32, bundle: &Bundle) -> Result<Session> {
    hypervisor_with(args, cpus, bundle, COUNTED.map(str::to_owned).into())
}

/// [`hypervisor`], with these arguments of the emulator instead of those of counted time.
///
/// # Errors
/// As [`hypervisor`].
pub fn hypervisor_with(args: &BenchArgs, cpus: u32, bundle: &Bundle, extra: Vec<String>) -> Result<Session> {
    let image = image::build(&args.board, Profile::Release)?;
    let board = project::board(&args.board)?;
    let overrides = Overrides { extra, ..overrides(cpus, None) };
    let machine = Machine::new(&board, &overrides, image.bin, Some(bundle.0.clone()))?;
    Session::start(&mut machine.piped(), LIMIT, copy(args))
}

/// Starts the board's machine with the hypervisor's release image, its own CPUs and memory, and no guest.
///
/// # Errors
/// When something cannot be built, or the emulator cannot be started.
pub fn alone(args: &BenchArgs) -> Result<Session> {
    let image = image::build(&args.board, Profile::Release)?;
    let counted = Overrides { extra: COUNTED.map(str::to_owned).into(), ..Overrides::default() };
    let mut machine = Machine::new(&project::board(&args.board)?, &counted, image.bin, None)?;
    machine.append = Some("guests.from=".into());
    Session::start(&mut machine.piped(), LIMIT, copy(args))
}

fn overrides(cpus: u32, memory: Option<String>) -> Overrides {
    Overrides { cpus: Some(cpus), memory, extra: COUNTED.map(str::to_owned).into(), ..Overrides::default() }
}

/// The same machine without the virtualization extension.
fn without_el2(command: &Command) -> Command {
    let mut bare = Command::new(command.get_program());
    for argument in command.get_args() {
        let text = argument.to_string_lossy();
        bare.arg(text.replace("virtualization=on,", "").replace(",virtualization=on", ""));
    }
    bare
}

/// Where all goes that a machine says.
pub fn copy(args: &BenchArgs) -> Box<dyn Write + Send> {
    if args.verbose { Box::new(std::io::stderr()) } else { Box::new(std::io::sink()) }
}

/// The microseconds from the image's entry to the first instruction of `guest`, out of the log line
/// `boot: guest NAME entered after N us`.
#[must_use]
pub fn boot_time(log: &str, guest: &str) -> Option<u64> {
    let start = format!("boot: guest {guest} entered after ");
    let rest = log.split_once(&start)?.1;
    rest.split_once(" us")?.0.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bare_machine_has_no_el2() {
        let mut command = Command::new("q");
        command.args(["-M", "virt,virtualization=on,gic-version=3", "-cpu", "a53"]);
        let arguments: Vec<_> = without_el2(&command).get_args().map(|a| a.to_owned()).collect();
        assert_eq!(arguments, ["-M", "virt,gic-version=3", "-cpu", "a53"]);
    }

    #[test]
    fn boot_times_are_read() {
        let log = "x\n[0.1] boot: guest linux0 entered after 41234 us\ny";
        assert_eq!(boot_time(log, "linux0"), Some(41234));
        assert_eq!(boot_time(log, "linux"), None);
        assert_eq!(boot_time("boot: guest a entered after soon us", "a"), None);
    }
}
